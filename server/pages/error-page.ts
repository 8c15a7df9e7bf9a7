import { html } from "ghtml";

/** The main part of a page for what could not be shown: what is the matter and where to go from here. */
export function errorBody(title: string, text: string): string {
  return html`<section class="error">
    <h1>${title}</h1>
    <p>${text}</p>
    <p><a class="button" href="/">To the board</a></p>
  </section>`;
}
