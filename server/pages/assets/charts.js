// Draws the curves with uPlot in place of the server's drawing: the same bands, hatching and limits, and a readout under the
// pointer. Colours come from the style sheet, times are written in the site's zone.
(() => {
  if (typeof uPlot !== "function") return;
  const plots = new Map();
  const dark = matchMedia("(prefers-color-scheme: dark)");

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const celsius = (value) => (value == null ? "–" : `${value.toFixed(2).replace("-", "−")} °C`);

  function writers(zone) {
    const make = (options) => new Intl.DateTimeFormat("en-GB", { timeZone: zone, hourCycle: "h23", ...options });
    const clock = make({ hour: "2-digit", minute: "2-digit" });
    const day = make({ day: "numeric", month: "short" });
    const full = make({ day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" });
    const date = (seconds) => new Date(seconds * 1_000);
    return {
      tick: (seconds, step) => {
        const text = clock.format(date(seconds));
        return step >= 86_400 || text === "00:00" ? day.format(date(seconds)) : text;
      },
      full: (seconds) => full.format(date(seconds)),
    };
  }

  let hatching = null;
  function hatch(context) {
    if (hatching) return hatching;
    const tile = document.createElement("canvas");
    const size = Math.round(8 * devicePixelRatio);
    tile.width = tile.height = size;
    const pen = tile.getContext("2d");
    pen.strokeStyle = colour("unknown-line");
    pen.lineWidth = 1.4 * devicePixelRatio;
    for (const shift of [-size, 0, size]) {
      pen.moveTo(shift, size);
      pen.lineTo(shift + size, 0);
    }
    pen.stroke();
    hatching = context.createPattern(tile, "repeat");
    return hatching;
  }

  function underlay(plot, data) {
    const pen = plot.ctx;
    const { left, top, width, height } = plot.bbox;
    const x = (seconds) => Math.min(Math.max(plot.valToPos(seconds, "x", true), left), left + width);
    const y = (value) => Math.min(Math.max(plot.valToPos(value, "y", true), top), top + height);
    const band = (from, to, fill) => {
      pen.fillStyle = fill;
      pen.fillRect(x(from), top, Math.max(x(to) - x(from), 1), height);
    };
    pen.save();
    const { low, high, criticalLow, criticalHigh } = data.limits;
    pen.fillStyle = colour("beyond");
    if (high !== null) pen.fillRect(left, top, width, y(high) - top);
    if (low !== null) pen.fillRect(left, y(low), width, top + height - y(low));
    for (const mark of data.marks) band(mark.from, mark.to ?? data.window[1], colour(mark.kind === "held" ? "held-band" : "excursion-band"));
    for (const [from, to] of data.unknown) {
      band(from, to, colour("unknown-band"));
      band(from, to, hatch(pen));
    }
    pen.fillStyle = colour("held");
    for (const { kind, from, to } of data.marks) {
      if (kind === "held") pen.fillRect(x(from), top, Math.max(x(to ?? data.window[1]) - x(from), 2), 6 * devicePixelRatio);
    }
    const level = (value, name, dash) => {
      if (value === null || value < plot.scales.y.min || value > plot.scales.y.max) return;
      pen.beginPath();
      pen.strokeStyle = colour(name);
      pen.lineWidth = 1.5 * devicePixelRatio;
      pen.setLineDash(dash.map((length) => length * devicePixelRatio));
      pen.moveTo(left, y(value));
      pen.lineTo(left + width, y(value));
      pen.stroke();
    };
    level(high, "limit", []);
    level(low, "limit", []);
    level(criticalHigh, "limit", [6, 5]);
    level(criticalLow, "limit", [6, 5]);
    pen.restore();
  }

  function options(figure, width) {
    const data = () => JSON.parse(figure.dataset.curve);
    const write = writers(data().zone);
    const font = `${width < 500 ? 12 : 13}px system-ui, sans-serif`;
    const axis = { stroke: colour("muted"), font, ticks: { show: false }, grid: { stroke: colour("grid"), width: 1 } };
    return {
      width,
      height: Math.round(Math.min(Math.max(width * 0.34, 220), 380)),
      padding: [10, 24, 0, 0],
      cursor: { points: { size: 8 }, drag: { x: false, y: false } },
      legend: { live: true, markers: { show: false } },
      scales: { x: { time: true, range: () => data().window }, y: { range: () => data().range } },
      axes: [
        { ...axis, size: 30, space: 80, grid: { show: false }, values: (_plot, ticks, _axis, _space, step) => ticks.map((tick) => write.tick(tick, step)) },
        { ...axis, size: 44, values: (_plot, ticks) => ticks.map((tick) => String(tick).replace("-", "−")) },
      ],
      series: [
        { label: "At", value: (_plot, seconds) => (seconds == null ? "point at the curve" : write.full(seconds)) },
        { label: "Temperature", stroke: colour("curve"), width: 2, points: { show: false }, spanGaps: false, value: (_plot, value) => celsius(value) },
      ],
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), data().zone),
      hooks: { drawAxes: [(plot) => underlay(plot, data())] },
    };
  }

  function draw(figure) {
    const place = figure.querySelector(".plot");
    const width = Math.floor(place.clientWidth);
    if (width === 0) return;
    const { at, celsius: values } = JSON.parse(figure.dataset.curve);
    plots.get(figure)?.plot.destroy();
    place.replaceChildren();
    plots.set(figure, { plot: new uPlot(options(figure, width), [at, values], place), drawn: figure.dataset.curve, width });
  }

  function renew() {
    for (const [figure, { plot }] of plots) {
      if (figure.isConnected) continue;
      plot.destroy();
      plots.delete(figure);
    }
    for (const figure of document.querySelectorAll("figure[data-curve]")) {
      const known = plots.get(figure);
      if (!known) {
        draw(figure);
        sizes.observe(figure);
      } else if (known.drawn !== figure.dataset.curve) {
        known.drawn = figure.dataset.curve;
        const { at, celsius: values } = JSON.parse(figure.dataset.curve);
        known.plot.setData([at, values]);
      }
    }
  }

  function redraw() {
    hatching = null;
    for (const figure of plots.keys()) draw(figure);
  }

  const sizes = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const known = plots.get(target);
      if (known && Math.floor(target.querySelector(".plot").clientWidth) !== known.width) draw(target);
    }
  });
  document.addEventListener("htmx:after:swap", renew);
  dark.addEventListener("change", redraw);
  renew();
})();
