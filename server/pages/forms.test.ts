import { describe, expect, it } from "vitest";
import { buttonForm, errorSummary, inputField, selectField, textField, tickField } from "./forms.ts";

describe("a field", () => {
  it("is labelled, and described by its hint and its mistake", () => {
    const field = inputField(
      { name: "login", label: "Login", hint: "As on your badge", value: "a" },
      { login: "There is no login." },
    );
    expect(field).toContain(`<label for="field-login">Login</label>`);
    expect(field).toMatch(/aria-describedby="field-login-hint field-login-error"/);
    expect(field).toContain(`aria-invalid="true"`);
    expect(field).toContain(`id="field-login-error">There is no login.`);
  });

  it("never says a password again", () => {
    expect(inputField({ name: "p", label: "Password", type: "password", value: "hunter2" })).not.toContain(
      "hunter2",
    );
  });

  it("never lets what was typed become markup", () => {
    const evil = `"><script>alert(1)</script>`;
    const all = [
      inputField({ name: "a", label: evil, value: evil, hint: evil }, { a: evil }),
      textField({ name: "a", label: evil, value: evil }),
      selectField({ name: "a", label: evil, choices: [{ value: evil, text: evil }] }),
      tickField({ name: "a", label: evil, hint: evil }, { a: evil }),
      buttonForm({ action: evil, submit: evil, hidden: { [evil]: evil }, about: evil }),
      errorSummary({ a: evil, "": evil }, { title: evil }),
    ];
    for (const markup of all) expect(markup).not.toContain("<script>");
  });

  it("keeps the lines of a text as they were typed", () => {
    expect(textField({ name: "t", label: "T", value: "one\n  two" })).toContain(">one\n  two</textarea>");
  });

  it("marks the chosen one", () => {
    const choices = [
      { value: "a", text: "A" },
      { value: "b", text: "B" },
    ];
    const field = selectField({ name: "s", label: "S", value: "b", choices });
    expect(field).toMatch(/value="b"\s+selected/);
    expect(field).not.toMatch(/value="a"\s+selected/);
  });
});

describe("the summary of what is wrong", () => {
  it("takes the focus and leads to each field", () => {
    const summary = errorSummary({ login: "Say who you are.", "": "Nothing was changed." });
    expect(summary).toMatch(/tabindex="-1"\s+autofocus/);
    expect(summary).toContain(`<a href="#field-login">Say who you are.</a>`);
    expect(summary).toContain("<li>Nothing was changed.</li>");
  });

  it("is nothing where nothing is wrong", () => {
    expect(errorSummary({})).toBe("");
  });

  it("takes the focus in the stead of the first field", () => {
    const field = { name: "login", label: "Login", focus: true };
    expect(inputField(field)).toContain("autofocus");
    expect(inputField(field, { code: "wrong" })).not.toContain("autofocus");
  });
});

it("choices of one group stand within it", () => {
  const choices = [
    { value: "", text: "–" },
    { value: "a", text: "A", group: "Teams & co" },
    { value: "b", text: "B", group: "Teams & co" },
    { value: "c", text: "C", group: "Contacts" },
  ];
  const text = selectField({ name: "who", label: "Who", value: "b", choices })
    .replaceAll(/\s+/g, " ")
    .replaceAll(" >", ">");
  expect(text).toContain(
    '<optgroup label="Teams &#38; co"><option value="a">A</option><option value="b" selected>B</option></optgroup><optgroup label="Contacts"><option value="c">C</option></optgroup>',
  );
});
