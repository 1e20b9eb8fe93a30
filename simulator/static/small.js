// Small things that the page, its phones and its chats share: asking the simulator, making elements, saying things aloud.

export const $ = (selector, from = document) => from.querySelector(selector);
export const SILENCE = "The simulator does not answer.";

const TOUCH = matchMedia("(pointer: coarse)");

export async function ask(method, path, body) {
  const response = await fetch("/simulator" + path, {
    method,
    headers: body ? { "Content-Type": "application/json" } : {},
    body: body && JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

export function whyNot(error) {
  return error instanceof TypeError ? SILENCE : error.message;
}

export function make(tag, properties, ...inside) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...inside);
  return element;
}

export function replaceIfNew(place, elements) {
  const words = elements.map((element) => element.outerHTML).join("");
  if (place.shown === words) return false;
  place.shown = words;
  place.replaceChildren(...elements);
  return true;
}

export function name(button, label) {
  button.setAttribute("aria-label", label);
  button.title = label;
  return button;
}

export function clock(at) {
  return (at ? new Date(at) : new Date()).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
}

export function say(words) {
  $("#said").textContent = words;
}

// On a touch screen the focus would push the keyboard over what there is to read.
export function focusQuietly(input) {
  if (!TOUCH.matches) input.focus({ preventScroll: true });
}
