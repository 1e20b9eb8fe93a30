// A chat with the bot on a smartphone: what was said, and what a person can send.

import { bubble, rows, swap } from "./bubbles.js";
import { $, ask, focusQuietly, make, name, replaceIfNew, say, whyNot } from "./small.js";

const LARGEST_PICTURE = 5 * 1024 * 1024;
const TOAST_SECONDS = 4;
const NEARLY_DOWN = 60;
const TONES = 5;

export class Chat {
  constructor(chat, tone, putAway) {
    this.user = chat.user;
    this.bubbles = new Map();
    this.complaint = "";
    this.sheet = "";
    this.isSeen = false;
    this.isDown = true;
    this.stood = 0;
    this.element = $("#chat").content.firstElementChild.cloneNode(true);
    this.talk = this.part(".talk");
    this.input = this.part("textarea");
    this.element.dataset.tone = tone % TONES;
    this.wire(putAway);
  }

  part(selector) {
    return $(selector, this.element);
  }

  wire(putAway) {
    const on = (selector, act) => (this.part(selector).onclick = act);
    on(".away", putAway);
    on(".bar", () => this.press("PATCH", "", { blocked: !this.chat.blocked }));
    on(".start", () => this.press("POST", "/start", { payload: "" }));
    on(".menu", () => this.turnTo("commands"));
    on(".attach", () => this.turnTo("attach"));
    on(".picture", () => this.part("[type=file]").click());
    on(".where", () => this.turnTo("places"));
    on(".my-number", () => this.askForNumber());
    on(".read-alert", () => this.part(".alert").close());
    on(".keep", () => this.part(".share").close());
    on(".give", () => this.shareNumber());
    this.part("[type=file]").onchange = (event) => this.sendPicture(event.target);
    for (const place of this.element.querySelectorAll("[data-latitude]")) place.onclick = () => this.sendPlace(place.dataset);
    this.part(".composer").onsubmit = (event) => this.sendTyped(event);
    this.element.onkeydown = (event) => this.onKey(event);
    this.talk.onscroll = () => this.onScroll();
    new ResizeObserver(() => this.isDown && this.goDown()).observe(this.talk);
    new IntersectionObserver(([{ isIntersecting }]) => this.onSight(isIntersecting), { threshold: 0.5 }).observe(this.talk);
  }

  onKey(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target === this.input) this.sendTyped(event);
    else if (event.key === "Escape") this.close();
  }

  // Only a finger leaves the end: a picture that comes late moves the end away, and is followed.
  onScroll() {
    const { scrollTop, scrollHeight, clientHeight } = this.talk;
    if (scrollHeight - scrollTop - clientHeight < NEARLY_DOWN) this.isDown = true;
    else if (scrollTop < this.stood) this.isDown = false;
    this.stood = scrollTop;
  }

  onSight(isSeen) {
    this.isSeen = isSeen;
    this.readIfSeen();
  }

  // What there is to see

  get name() {
    return this.chat.name || this.user;
  }

  get state() {
    if (this.chat.deactivated) return "gone";
    return this.chat.started && !this.chat.blocked ? "open" : "shut";
  }

  update(chat, isFirst = false) {
    const isNew = !this.chat;
    this.chat = chat;
    this.render();
    this.showTalk(isFirst || isNew);
    this.showToast(chat.toast, isFirst || isNew);
    this.readIfSeen();
  }

  readIfSeen() {
    if (this.isSeen && this.chat.unread && !document.hidden) this.read();
  }

  render() {
    const { chat, element, state } = this;
    const bot = document.body.dataset.bot;
    element.dataset.state = state;
    element.setAttribute("aria-label", `Chat of ${this.name} with @${bot}`);
    this.part(".owner h2").textContent = this.name;
    this.part(".owner p").textContent = chat.number || "no number shared";
    this.part(".with h3").textContent = `@${bot}`;
    this.part(".with p").textContent = this.standing();
    name(this.part(".away"), "Put this chat away");
    name(this.part(".bar"), chat.blocked ? "Unblock the bot" : "Block the bot").setAttribute("aria-pressed", chat.blocked);
    this.part(".bar").hidden = !chat.started || state === "gone";
    this.talk.setAttribute("aria-label", `Messages of ${this.name}`);
    this.part(".composer").hidden = state !== "open";
    this.part(".start").hidden = state !== "shut";
    this.part(".complaint").textContent = this.complaint;
    this.showKeyboard();
    this.showSheet();
  }

  standing() {
    if (this.chat.deactivated) return "this account is deleted";
    if (this.chat.blocked) return "blocked";
    return document.body.dataset.telegramDown === "true" ? "connecting …" : "bot";
  }

  showTalk(isFirst) {
    const known = new Set(this.bubbles.keys());
    const changed = this.chat.messages.filter((message) => this.showBubble(message, isFirst));
    for (const [id, { element }] of this.bubbles) {
      if (this.chat.messages.some((message) => message.id === id)) continue;
      element.remove();
      this.bubbles.delete(id);
    }
    if (this.isDown || changed.some((message) => !known.has(message.id))) this.goDown();
    const heard = changed.filter((message) => !message.mine).map((message) => message.text || message.kind);
    if (heard.length && !isFirst) say(`${this.name}: ${heard.join(" ")}`);
  }

  // Whether there is anything new to see. A message that has not changed keeps its element, and with it a voice that is playing.
  showBubble(message, isFirst) {
    const words = JSON.stringify(message);
    const before = this.bubbles.get(message.id);
    if (before?.words === words) return false;
    const element = bubble(message, { onTap: (button) => this.tap(message, button), onGrown: () => this.isDown && this.goDown() });
    this.bubbles.set(message.id, { element, words });
    if (before) swap(before.element, element, this.talk);
    else this.talk.append(element);
    element.classList.toggle("fresh", !before && !isFirst);
    return true;
  }

  goDown() {
    this.talk.scrollTop = this.talk.scrollHeight;
  }

  showKeyboard() {
    const keyboard = this.state === "open" && this.chat.keyboard;
    const words = JSON.stringify(keyboard);
    if (this.keyboard === words) return;
    this.keyboard = words;
    this.part(".keys").replaceChildren(...(keyboard ? [rows("grid", keyboard, (key) => this.key(key))] : []));
  }

  key({ label, kind }) {
    const button = make("button", { type: "button" }, label);
    button.onclick = () => {
      if (kind === "contact") this.askForNumber();
      else if (kind === "location") this.turnTo("places");
      else this.send("messages", { text: label });
    };
    return button;
  }

  showSheet() {
    const sheet = this.state === "open" ? this.sheet : "";
    for (const page of this.element.querySelectorAll(".sheet")) page.hidden = page.dataset.sheet !== sheet;
    this.part(".menu").setAttribute("aria-expanded", sheet === "commands");
    this.part(".attach").setAttribute("aria-expanded", ["attach", "places"].includes(sheet));
    const commands = this.chat.commands.map(({ command, description }) => this.command(command, description));
    replaceIfNew(this.part("[data-sheet=commands]"), commands.length ? commands : [make("p", {}, "This bot has no commands.")]);
  }

  command(command, description) {
    const button = make("button", { type: "button" }, make("b", {}, `/${command}`), make("span", {}, description));
    button.onclick = () => this.send("messages", { text: `/${command}` });
    return button;
  }

  showToast(toast, isFirst) {
    const words = JSON.stringify(toast);
    if (this.toasted === words) return;
    this.toasted = words;
    if (!toast || isFirst) return;
    if (toast.alert) this.alert(toast.text);
    else this.flash(toast.text);
  }

  alert(words) {
    this.part(".alert p").textContent = words;
    if (!this.part(".alert").open) this.part(".alert").show();
    if (this.element.contains(document.activeElement)) this.part(".read-alert").focus({ preventScroll: true });
  }

  flash(words) {
    const toast = this.part(".toast");
    toast.textContent = words;
    clearTimeout(this.fading);
    this.fading = setTimeout(() => (toast.textContent = ""), TOAST_SECONDS * 1000);
  }

  // What one can do

  turnTo(sheet) {
    this.sheet = this.sheet === sheet ? "" : sheet;
    this.render();
    this.part(".sheet:not([hidden]) button")?.focus({ preventScroll: true });
  }

  close() {
    for (const dialog of this.element.querySelectorAll("dialog")) dialog.close();
    this.sheet = "";
    this.render();
    this.focusEntry();
  }

  sendTyped(event) {
    event.preventDefault();
    const text = this.input.value.trim();
    if (!text) return;
    this.input.value = "";
    this.send("messages", { text }).then((sent) => sent || (this.input.value ||= text));
    this.focusEntry();
  }

  sendPlace({ latitude, longitude }) {
    this.send("location", { latitude: Number(latitude), longitude: Number(longitude) });
  }

  async sendPicture(chooser) {
    const [file] = chooser.files;
    if (!file) return;
    const caption = this.input.value.trim();
    if (file.size > LARGEST_PICTURE) this.complain("That picture is larger than 5 MB. Choose a smaller one.");
    else if (await this.send("photo", { content: await base64(file), caption })) this.input.value = "";
    chooser.value = "";
  }

  askForNumber() {
    if (!this.chat.number) return void this.send("contact", {});
    this.turnTo("");
    this.part(".share p").textContent = `@${document.body.dataset.bot} will see ${this.chat.number}.`;
    this.part(".share").show();
    this.part(".give").focus({ preventScroll: true });
  }

  shareNumber() {
    this.part(".share").close();
    this.send("contact", {});
    this.focusEntry();
  }

  tap(message, button) {
    this.press("POST", "/tap", { message: message.id, button });
  }

  send(what, body) {
    this.sheet = "";
    return this.press("POST", `/${what}`, body);
  }

  read() {
    this.press("POST", "/read", {});
  }

  complain(words) {
    this.complaint = words;
    this.render();
  }

  // Whether it could be done.
  async press(method, path, body) {
    this.complaint = "";
    try {
      const chat = await ask(method, `/chats/${encodeURIComponent(this.user)}${path}`, body);
      if (this.element.isConnected) this.update(chat);
      return true;
    } catch (error) {
      this.complain(whyNot(error));
      return false;
    }
  }

  focusEntry() {
    focusQuietly(this.state === "open" ? this.input : this.part(".start"));
  }
}

async function base64(file) {
  const reader = new FileReader();
  await new Promise((done, failed) => Object.assign(reader, { onload: done, onerror: failed }).readAsDataURL(file));
  return reader.result.split(",")[1];
}
