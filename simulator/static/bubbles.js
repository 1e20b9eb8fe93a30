// The bubbles of a chat: words, pictures, voices and places, with the buttons under them.

import { $, clock, make } from "./small.js";

// `onTap` is told which button, and `onGrown` that a picture has come and the bubble is taller now.
export function bubble(message, { onTap, onGrown }) {
  const time = make("small", {}, `${message.edited ? "edited " : ""}${clock(message.at)}`);
  const whole = make("div", { className: "said" }, make("div", { className: "bubble" }, ...content(message, onGrown), time));
  whole.dataset.kind = message.kind;
  whole.classList.toggle("mine", message.mine);
  whole.classList.toggle("protected", message.protected);
  if (message.buttons.length) whole.append(rows("buttons", message.buttons, (button) => under(button, onTap)));
  return whole;
}

export function rows(className, grid, cell) {
  return make("div", { className }, ...grid.map((row) => make("div", {}, ...row.map(cell))));
}

// An edited message takes the place of the old one; who stood on its second button stands on the second button again.
export function swap(before, after, otherwise) {
  const stood = [...before.querySelectorAll("button")].indexOf(document.activeElement);
  before.replaceWith(after);
  if (stood >= 0) (after.querySelectorAll("button")[stood] ?? otherwise).focus({ preventScroll: true });
}

function content(message, onGrown) {
  const { kind, url, text } = message;
  const words = message.html ? [formatted(message.html)] : [];
  switch (kind) {
    case "photo": return [make("img", { src: url, alt: text || "Photo", onload: onGrown }), ...words];
    case "voice": return [make("audio", { controls: true, preload: "metadata", src: url, ariaLabel: "Voice message" }), ...words];
    case "document": return [link(url, "Document"), ...words];
    case "location": case "contact": return [drawing(kind), ...words];
    default: return words;
  }
}

function under({ label, data, kind }, onTap) {
  if (kind === "url") return link(data, label);
  const button = make("button", { type: "button" }, label);
  button.onclick = () => onTap(data);
  return button;
}

function link(href, words) {
  return make("a", { href, target: "_blank", rel: "noopener noreferrer" }, words);
}

// The simulator has made this safe, and the page's policy lets no script in it run.
function formatted(html) {
  const words = make("div", { className: "words", innerHTML: html });
  for (const block of words.querySelectorAll("pre, blockquote")) dropLineAfter(block);
  for (const spoiler of words.querySelectorAll(".spoiler")) spoiler.onclick = () => spoiler.classList.add("shown");
  return words;
}

// A block ends its line by itself; the line break that follows it in the text would be a second one.
function dropLineAfter(block) {
  const next = block.nextSibling;
  if (next?.data?.startsWith("\n")) next.data = next.data.slice(1);
}

function drawing(kind) {
  return $(`.${kind}`, $("#drawings").content).cloneNode(true);
}
