// A feature phone on the page: it shows what the simulator says, and presses its keys.

import { $, ask, clock, focusQuietly, make, name, replaceIfNew, say, whyNot } from "./small.js";

const SERVICE_CODE = document.body.dataset.serviceCode;
const SHORT_CODE = document.body.dataset.shortCode;
const IN_CALL = 160, IN_TEXT = 459;
const TONES = 5;

export class Phone {
  constructor(phone, tone, putAway) {
    this.number = phone.number;
    this.mode = "home";
    this.busy = false;
    this.complaint = "";
    this.element = $("#phone").content.firstElementChild.cloneNode(true);
    this.view = $(".view", this.element);
    this.input = $("input", this.element);
    this.softLabels = this.element.querySelectorAll(".labels span");
    this.element.dataset.tone = tone % TONES;
    this.putAway = putAway;
    this.wire();
  }

  wire() {
    const on = (selector, act) => ($(selector, this.element).onclick = act);
    on(".power", () => this.press("PATCH", "", { on: !this.phone.on }));
    on(".away", this.putAway);
    on(".soft.left", () => this.left().act());
    on(".soft.right", () => this.right().act());
    on(".call.green", () => this.green());
    on(".call.red", () => this.red());
    on(".up", () => this.view.scrollBy({ top: -60, behavior: "smooth" }));
    on(".down", () => this.view.scrollBy({ top: 60, behavior: "smooth" }));
    this.softLabels[0].onclick = () => this.left().act();
    this.softLabels[1].onclick = () => this.right().act();
    for (const key of this.element.querySelectorAll("[data-key]")) key.onclick = () => this.type(key.dataset.key);
    $("form", this.element).onsubmit = (event) => {
      event.preventDefault();
      this.green();
    };
    this.input.oninput = () => this.showLabels();
    this.element.onkeydown = (event) => this.onKey(event);
  }

  onKey(event) {
    if (event.key === "Escape") {
      event.preventDefault();
      this.red();
    } else if (event.target.tagName !== "INPUT" && event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey) {
      this.goToEntry();
      this.input.focus();
    }
  }

  // What there is to see

  update(phone, isFirst) {
    const known = this.phone ? this.phone.texts.length : 0;
    const before = this.phone?.session?.screen;
    this.phone = phone;
    this.heard = Date.now();
    const fresh = phone.texts.slice(known).filter((text) => !text.mine && !text.read);
    if (fresh.length && !isFirst) this.ring(fresh.at(-1));
    if (fresh.length && this.mode === "texts" && !phone.session) this.markRead();
    this.render();
    if (phone.session && phone.session.screen !== before && phone.session.standing !== "waiting") say(`${this.name}: ${phone.session.screen}`);
  }

  ring(text) {
    say(`Text for ${this.name}: ${text.body}`);
    this.element.classList.remove("ringing");
    void this.element.offsetWidth;
    this.element.classList.add("ringing");
    navigator.userActivation?.hasBeenActive && navigator.vibrate?.([80, 60, 80]);
  }

  get name() {
    return this.phone.label || this.phone.number;
  }

  get state() {
    if (!this.phone.on) return "off";
    if (this.phone.session) return this.phone.session.standing;
    return this.mode;
  }

  render() {
    const { element, phone, state } = this;
    element.dataset.state = state;
    element.setAttribute("aria-label", `Phone of ${this.name}`);
    $(".owner h2", element).textContent = phone.label || "A phone";
    $(".owner p", element).textContent = phone.number;
    name($(".power", element), phone.on ? "Switch this phone off" : "Switch this phone on").setAttribute("aria-pressed", phone.on);
    name($(".away", element), "Put this phone away");
    this.view.setAttribute("aria-label", `Screen of ${this.name}`);
    $(".mail", element).hidden = !phone.unread || !phone.on;
    $(".mail", element).textContent = `✉ ${phone.unread}`;
    if (replaceIfNew(this.view, this.page(state))) this.view.scrollTop = state === "texts" ? this.view.scrollHeight : 0;
    const can = this.entry(state);
    $(".entry", element).hidden = !can;
    if (can) {
      this.input.placeholder = can.hint;
      this.input.maxLength = can.most;
      $(".entry span", element).textContent = can.label;
    }
    this.showLabels();
    this.tick();
  }

  page(state) {
    const { phone } = this;
    const complaint = this.complaint ? [make("p", { className: "complaint" }, this.complaint)] : [];
    if (state === "off") return [make("p", { className: "middle" }, "Switched off.\nThe red key switches it on.")];
    if (state === "waiting") return [make("p", { className: "middle dots" }, phone.session.screen ? "Sending" : "Calling")];
    if (state === "open") return [make("p", { className: "words" }, phone.session.screen), ...complaint];
    if (state === "ended") return [make("p", { className: phone.session.problem ? "words problem" : "words" }, phone.session.screen)];
    if (state === "texts") return [...this.thread(), ...complaint];
    if (state === "options") return this.options();
    return [...this.home(), ...complaint];
  }

  home() {
    const { phone } = this;
    const time = make("p", { className: "clock" }, clock());
    if (phone.unread) {
      const button = make("button", { type: "button", className: "new" }, phone.unread === 1 ? "✉ 1 new text" : `✉ ${phone.unread} new texts`);
      button.onclick = () => this.read();
      return [time, button];
    }
    return [time, make("p", { className: "hint" }, `Green dials ${SERVICE_CODE}`)];
  }

  thread() {
    if (!this.phone.texts.length) return [make("p", { className: "middle" }, "No texts yet.")];
    return this.phone.texts.map((text) => {
      const head = text.mine ? `me → ${text.other}  ${clock(text.at)}${text.arrived ? " ✓" : " …"}` : `${text.other}  ${clock(text.at)}`;
      const bubble = make("div", { className: text.mine ? "text mine" : "text" });
      bubble.append(make("small", {}, head), make("p", { className: "words" }, text.body));
      return bubble;
    });
  }

  options() {
    const { phone } = this;
    const stop = make("button", { type: "button", className: "item" }, phone.opted_out ? `Allow texts from ${SHORT_CODE}` : `Stop texts from ${SHORT_CODE}`);
    stop.onclick = () => this.press("PATCH", "", { opted_out: !phone.opted_out });
    const off = make("button", { type: "button", className: "item" }, "Switch off");
    off.onclick = () => this.press("PATCH", "", { on: false });
    return [make("p", { className: "hint" }, phone.opted_out ? `Texts from ${SHORT_CODE} are stopped.` : "Options"), stop, off];
  }

  entry(state) {
    if (state === "open") return { label: "Your answer", hint: "your answer", most: IN_CALL };
    if (state === "texts") return { label: `Text to ${SHORT_CODE}`, hint: `reply to ${SHORT_CODE}`, most: IN_TEXT };
    if (state === "home") return { label: "Number to dial", hint: SERVICE_CODE, most: IN_CALL };
    return null;
  }

  left() {
    const soft = (label, act) => ({ label, act });
    switch (this.state) {
      case "open": return soft("Send", () => this.green());
      case "ended": return soft("OK", () => this.red());
      case "texts": return this.input.value ? soft("Send", () => this.green()) : soft("", () => {});
      case "home": return this.input.value ? soft("Dial", () => this.green()) : soft(this.phone.unread ? "Read" : "Texts", () => this.read());
      default: return soft("", () => {});
    }
  }

  right() {
    const soft = (label, act) => ({ label, act });
    if (["open", "texts", "home"].includes(this.state) && this.input.value) return soft("Clear", () => this.clear());
    switch (this.state) {
      case "open": return soft("Hang up", () => this.red());
      case "waiting": return soft("Hang up", () => this.red());
      case "ended": return this.phone.unread ? soft("Read", () => this.press("POST", "/hang-up", {}).then(() => this.read())) : soft("", () => {});
      case "texts": case "options": return soft("Back", () => this.turnTo("home"));
      case "home": return soft("Options", () => this.turnTo("options"));
      default: return soft("", () => {});
    }
  }

  showLabels() {
    for (const [place, side, soft] of [[0, ".soft.left", this.left()], [1, ".soft.right", this.right()]]) {
      this.softLabels[place].textContent = soft.label;
      const button = $(side, this.element);
      button.disabled = !soft.label;
      button.setAttribute("aria-label", soft.label || "Nothing");
    }
  }

  everySecond() {
    if (this.state === "home") this.render();
    else this.tick();
  }

  tick() {
    const { session } = this.phone;
    const passed = (Date.now() - this.heard) / 1000;
    const timer = $(".timer", this.element);
    if (!session || session.standing === "ended") timer.textContent = "";
    else {
      const idle = Math.max(0, Math.ceil(session.idle_left - passed));
      timer.textContent = minutes(session.seconds_left - passed) + (session.standing === "open" ? ` · ${idle}s` : "");
      timer.title = "How long the call may last, and how long this page waits for an answer";
      timer.classList.toggle("short", session.standing === "open" && idle <= 10);
    }
  }

  // What one can do

  green() {
    const { state } = this;
    const typed = this.input.value;
    if (state === "open") this.send("reply", { text: typed });
    else if (state === "texts") typed.trim() && this.send("texts", { to: SHORT_CODE, text: typed });
    else if (state === "ended" || state === "home" || state === "options") this.send("dial", { code: state === "home" ? typed : "" });
  }

  red() {
    if (this.phone.session) this.press("POST", "/hang-up", {});
    else if (!this.phone.on) this.press("PATCH", "", { on: true });
    else this.turnTo("home");
  }

  send(key, body) {
    if (this.busy) return;
    this.clear();
    if (key !== "texts") this.mode = "home";
    this.press("POST", "/" + key, body, true);
  }

  async press(method, key, body, takesTurns) {
    this.busy = Boolean(takesTurns);
    this.complaint = "";
    try {
      const phone = await ask(method, `/phones/${encodeURIComponent(this.number)}${key}`, body);
      if (this.element.isConnected) this.update(phone);
    } catch (error) {
      this.complaint = whyNot(error);
      if (this.phone) this.render();
    } finally {
      this.busy = false;
    }
    if (takesTurns && this.entry(this.state)) this.focusEntry();
  }

  read() {
    this.turnTo("texts");
    this.markRead();
    this.focusEntry();
  }

  markRead() {
    if (this.phone.unread) this.press("POST", "/read", {});
  }

  turnTo(mode) {
    this.mode = mode;
    this.complaint = "";
    this.clear();
    this.render();
  }

  clear() {
    this.input.value = "";
    this.showLabels();
  }

  goToEntry() {
    if (!this.entry(this.state) && !this.phone.session && this.phone.on) this.turnTo("home");
  }

  type(key) {
    this.goToEntry();
    if (!this.entry(this.state)) return;
    this.input.value = (this.input.value + key).slice(0, this.input.maxLength);
    this.showLabels();
    this.focusEntry();
  }

  focusEntry() {
    focusQuietly(this.input);
  }
}

function minutes(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
