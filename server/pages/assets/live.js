// Says visibly whether the page follows what happens. A page is live while its stream is up and it was renewed lately. The time
// it shows is the server's word for when the content was made, never the browser's clock.
(() => {
  const staleAfterMs = 40_000;
  const sign = document.getElementById("live");
  const text = document.getElementById("live-text");
  const asOf = () => document.getElementById("page")?.dataset.asOf ?? "";
  if (!sign || !text || asOf() === "") return;
  let streaming = false;
  let renewed = performance.now();
  let lost = null;

  function show() {
    if (lost === null && performance.now() - renewed > staleAfterMs) lost = asOf();
    const state = lost !== null ? "lost" : streaming ? "live" : "still";
    const words = {
      live: `Live, as of ${asOf()}`,
      lost: `Not live since ${lost}. What you see may be old. Trying to reconnect.`,
      still: `As of ${asOf()}`,
    };
    if (sign.dataset.state !== state) {
      // Only a change of state is read aloud, not each renewal.
      sign.setAttribute("aria-live", state === "lost" ? "assertive" : "off");
      sign.dataset.state = state;
      document.documentElement.dataset.live = state;
    }
    if (text.textContent !== words[state]) text.textContent = words[state];
  }

  function lose() {
    lost ??= asOf();
    show();
  }

  function disconnected() {
    streaming = false;
    lose();
  }

  document.addEventListener("htmx:sse:after:connection", () => {
    streaming = true;
  });
  document.addEventListener("htmx:sse:before:connection", (event) => {
    if (event.detail.connection.attempt > 0) disconnected();
  });
  // Whoever has to sign in again is led there by the page itself.
  const refused = (status) => {
    if (status === 401) location.reload();
  };

  document.addEventListener("htmx:sse:error", (event) => {
    disconnected();
    refused(event.detail?.status);
  });
  document.addEventListener("htmx:sse:close", disconnected);
  document.addEventListener("htmx:error", lose);
  document.addEventListener("htmx:response:error", (event) => {
    lose();
    refused(event.detail?.ctx?.response?.status);
  });
  document.addEventListener("htmx:after:swap", (event) => {
    const { sourceElement, response } = event.detail.ctx;
    if (sourceElement?.id !== "page" || response?.status !== 200) return;
    renewed = performance.now();
    if (streaming) lost = null;
    show();
  });
  setInterval(show, 1_000);
})();
