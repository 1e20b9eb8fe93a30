// The page: which chats and phones lie on it, what arrives for the others, and the troubles of the day.

import { $, SILENCE, ask, clock, make, replaceIfNew, say, whyNot } from "./small.js";
import { Chat } from "./chats.js";
import { Phone } from "./phones.js";

const OPEN = "itikia.open";
const FIRST_ACCOUNT = 7001;
const NARROW = matchMedia("(max-width: 760px)");

let town = null;

// ---- what is open on this page: chats on one shelf, phones on another

class Shelf {
  constructor(kind, { id, label, kept, card, tone, news, end, atStart }) {
    Object.assign(this, { kind, id, label, kept, card, tone, news, end, atStart });
    this.cards = new Map();
    this.open = remembered(kind);
  }

  get all() {
    return town[this.kind];
  }

  get lying() {
    return [...this.open.keys()].map((id) => this.row(id)).filter(Boolean);
  }

  row(id) {
    return this.all.find((row) => row[this.id] === id);
  }

  nameOf(row) {
    return row[this.label] || row[this.id];
  }

  keep(row) {
    return Object.fromEntries(this.kept.filter((part) => row[part]).map((part) => [part, row[part]]));
  }

  path(id) {
    return `/${this.kind}/${encodeURIComponent(id)}`;
  }

  show(isFirst) {
    this.open ??= new Map(this.all.filter((row) => row.expected).slice(0, this.atStart).map((row) => [row[this.id], this.keep(row)]));
    this.bringBack();
    this.clearAway();
    for (const row of this.lying) {
      if (!this.cards.has(row[this.id])) this.lay(row);
      this.cards.get(row[this.id]).update(row, isFirst);
    }
  }

  lay(row) {
    const id = row[this.id];
    const card = new this.card(row, this.all.indexOf(row) + this.tone, () => this.putAway(id));
    this.cards.set(id, card);
    $(this.end).before(card.element);
  }

  // A simulator that was started again does not know what was added by hand.
  bringBack() {
    for (const [id, kept] of this.open) {
      if (!this.row(id)) ask("PUT", this.path(id), kept).catch(() => {});
    }
  }

  clearAway() {
    for (const [id, card] of this.cards) {
      if (this.open.has(id) && this.row(id)) continue;
      card.element.remove();
      this.cards.delete(id);
    }
  }

  bring(id) {
    this.open.set(id, this.keep(this.row(id)));
    remember();
    show(town);
    const card = this.cards.get(id);
    goTo(card.element);
    return card;
  }

  putAway(id) {
    this.open.delete(id);
    remember();
    show(town);
  }

  async add(id, body) {
    const row = await ask("PUT", this.path(id), body);
    const place = this.all.findIndex((other) => other[this.id] === row[this.id]);
    town = { ...town, [this.kind]: this.all.toSpliced(place < 0 ? this.all.length : place, 1, row) };
    this.bring(row[this.id]).focusEntry();
  }
}

const chats = new Shelf("chats", { id: "user", label: "name", kept: ["name", "number"], card: Chat, tone: 2, news: "A message arrived for", end: "#chats-end", atStart: 1 });
const phones = new Shelf("phones", { id: "number", label: "label", kept: ["label"], card: Phone, tone: 0, news: "A text arrived for", end: "#more", atStart: 2 });
const SHELVES = [chats, phones];

function remembered(kind) {
  try {
    const pairs = JSON.parse(localStorage.getItem(OPEN))[kind];
    return new Map(pairs);
  } catch {
    return null;
  }
}

function remember() {
  try {
    localStorage.setItem(OPEN, JSON.stringify(Object.fromEntries(SHELVES.map((shelf) => [shelf.kind, [...shelf.open]]))));
  } catch {
    // A browser that keeps nothing opens those of the start again.
  }
}

// ---- showing everything

async function listen() {
  for (;;) {
    try {
      const seen = town ? encodeURIComponent(town.version) : "";
      show(await ask("GET", `/town?seen=${seen}&wait=25`));
      $("#lost").hidden = true;
    } catch {
      $("#lost").hidden = false;
      await new Promise((go) => setTimeout(go, 1000));
    }
  }
}

function show(news) {
  const isFirst = !town;
  town = news;
  showTroubles();
  for (const shelf of SHELVES) shelf.show(isFirst);
  if (isFirst) $("#bench").scrollLeft = 0;
  showTabs();
  showArrivals();
  showFaults();
  showKnown();
}

function showTroubles() {
  document.body.dataset.bot = town.bot;
  document.body.dataset.down = town.troubles.carrier_down;
  document.body.dataset.telegramDown = town.troubles.telegram_down;
  for (const box of document.querySelectorAll("[data-trouble]")) box.checked = town.troubles[box.dataset.trouble];
}

function showTabs() {
  const tabs = SHELVES.flatMap((shelf) => shelf.lying.map((row) => tabOf(shelf, row)));
  const more = [tab("+ chat", $("#add-chat")), tab("+ phone", $("#add"))];
  replaceIfNew($("#tabs"), [...tabs, ...more]);
  markTab();
}

function tabOf(shelf, row) {
  const button = tab(shelf.nameOf(row), shelf.cards.get(row[shelf.id]).element);
  if (row.unread) button.append(make("b", {}, String(row.unread), make("span", { className: "unseen" }, " unread")));
  return button;
}

function tab(words, element) {
  const button = make("button", { type: "button" }, words);
  button.onclick = () => goTo(element);
  return button;
}

function goTo(element) {
  element.scrollIntoView({ behavior: "smooth", inline: "center", block: "nearest" });
}

function markTab() {
  const middle = innerWidth / 2;
  [...$("#bench").querySelectorAll(":scope > article, .add")].forEach((lying, place) => {
    const { left, right } = lying.getBoundingClientRect();
    $("#tabs").children[place].setAttribute("aria-current", left <= middle && middle < right);
  });
}

function showArrivals() {
  const rows = SHELVES.flatMap((shelf) => shelf.all.filter((row) => row.unread && !shelf.open.has(row[shelf.id])).map((row) => arrival(shelf, row)));
  if (replaceIfNew($("#arrivals"), rows.slice(-5)) && rows.length) say(rows.at(-1).textContent);
}

function arrival(shelf, row) {
  const id = row[shelf.id];
  const button = make("button", { type: "button" }, shelf === chats ? "open this chat" : "open this phone");
  button.onclick = () => shelf.bring(id).read();
  const whose = shelf === phones && row.label ? `${row.label}, ${id}` : shelf.nameOf(row);
  return make("p", { className: "notice" }, `${shelf.news} ${whose} `, button);
}

function showFaults() {
  $("#faults").hidden = !town.faults.length;
  const rows = town.faults.slice(-8).reverse().map((fault) => make("li", {}, `${clock(fault.at)} on ${fault.number}: ${fault.what}`));
  replaceIfNew($("#faults ul"), rows);
}

function showKnown() {
  const away = (shelf) => shelf.all.filter((row) => !shelf.open.has(row[shelf.id]));
  replaceIfNew($("#known"), away(phones).map((phone) => make("option", { value: phone.number, label: phone.label })));
  replaceIfNew($("#known-people"), away(chats).map((chat) => make("option", { value: chat.name })));
}

// ---- the forms and switches

function onAdding(form, add) {
  const complain = (words) => ($("p", form).textContent = words);
  form.onsubmit = async (event) => {
    event.preventDefault();
    if (!town) return complain(SILENCE);
    try {
      await add(form);
      form.reset();
      complain("");
    } catch (error) {
      complain(whyNot(error));
    }
  };
}

function newAccount() {
  return Math.max(FIRST_ACCOUNT - 1, ...chats.all.map((chat) => chat.user)) + 1;
}

onAdding($("#add"), (form) => phones.add(form.number.value.trim(), { label: form.label.value }));

onAdding($("#add-chat"), (form) => {
  const name = form.whose.value.trim(), number = form.number.value.trim();
  const away = chats.all.find((chat) => chat.name === name && !chats.open.has(chat.user));
  return chats.add(away ? away.user : newAccount(), number ? { name, number } : { name });
});

for (const box of document.querySelectorAll("[data-trouble]")) {
  box.onchange = () => ask("PUT", "/troubles", { [box.dataset.trouble]: box.checked }).catch(() => {});
}

$("#reset").onclick = () => ask("POST", "/reset", {}).then(show, () => {});
$("#bench").onscroll = () => town && markTab();
document.onvisibilitychange = () => chats.cards.forEach((card) => card.readIfSeen());
if (NARROW.matches) $("#try").open = false;
setInterval(() => phones.cards.forEach((card) => card.everySecond()), 1000);
listen();
