// What a page does beyond links and forms: print, and look again while a job runs. Everything else works without it.
"use strict";

for (const button of document.querySelectorAll("button.print")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// A page whose job is running is fetched again until it is done; then it is shown anew, which keeps "back" useful.
async function watch() {
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  const now = new DOMParser().parseFromString(await answer.text(), "text/html");
  const running = now.querySelector("[data-running]");
  if (!running) {
    location.reload();
    return;
  }
  document.querySelector("[data-running]").replaceChildren(...running.childNodes);
  setTimeout(watch, 1000);
}

if (document.querySelector("[data-running]")) {
  setTimeout(watch, 1000);
}

// A folder or files, dropped or chosen: announced, then sent four at a time, then checked.
const drop = document.getElementById("drop");

async function entriesOf(entry, above) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    return [[above + file.name, file]];
  }
  const reader = entry.createReader();
  const found = [];
  for (;;) { // a call gives a hundred entries at most
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) {
      return found;
    }
    for (const one of some) {
      found.push(...(await entriesOf(one, `${above}${entry.name}/`)));
    }
  }
}

async function put(delivery, number, file) {
  for (let again = 0; again < 3; again += 1) {
    try {
      const answer = await fetch(`/inbox/${delivery}/${number}`, { method: "PUT", body: file });
      if (answer.ok) {
        return true;
      }
    } catch {
      // the connection broke: once more
    }
  }
  return false;
}

// What is told is the whole folder; what the server asks for is sent: neither what is passed over, nor what it has.
async function send(found) {
  const status = document.getElementById("sending");
  const files = new Map(found);
  if (files.size === 0) {
    return;
  }
  const announced = await fetch("/inbox/announce", {
    method: "POST",
    body: JSON.stringify({
      files: [...files].map(([path, file]) => ({ path, size: file.size, changed: file.lastModified })),
    }),
  });
  if (!announced.ok) {
    const page = new DOMParser().parseFromString(await announced.text(), "text/html");
    status.textContent = page.querySelector("[role=alert]")?.textContent ?? announced.statusText;
    return;
  }
  const { delivery, files: told, passed_over: passed } = await announced.json();
  const given = [...files.values()];
  const waiting = told.map((one) => [one.number, given[one.given]]);
  const total = waiting.length;
  let done = 0;
  let failed = 0;
  async function sender() {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const received = await put(delivery, ...next); // "failed += await" would forget what another sender added
      failed += received ? 0 : 1;
      done += 1;
      const sending = drop.dataset.sending.replace("{done}", done).replace("{total}", total);
      status.textContent = passed ? `${sending} · ${drop.dataset.passed.replace("{count}", passed)}` : sending;
    }
  }
  await Promise.all([sender(), sender(), sender(), sender()]);
  if (failed > 0) {
    status.textContent = drop.dataset.broken.replace("{count}", failed);
    return;
  }
  await fetch(`/inbox/${delivery}/check`, { method: "POST" });
  location.assign(`/inbox/${delivery}`);
}

if (drop) {
  drop.addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", async (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean);
    send((await Promise.all(entries.map((entry) => entriesOf(entry, "")))).flat());
  });
  for (const input of drop.querySelectorAll("input")) {
    input.addEventListener("change", () =>
      send([...input.files].map((file) => [file.webkitRelativePath || file.name, file])),
    );
  }
}

// Several findings: how many are chosen, and what is in question. Without this, a page asks before anything is recorded.
const several = document.querySelector("form.several");

if (several) {
  const boxes = [...several.querySelectorAll("input[name=finding]")];
  const button = several.querySelector("button.some");
  const all = several.querySelector("label.all");
  function count() {
    const chosen = boxes.filter((box) => box.checked);
    const yuan = chosen.reduce((sum, box) => sum + Number(box.dataset.fen), 0) / 100;
    button.disabled = chosen.length === 0;
    button.textContent = several.dataset.asks
      .replace("{count}", chosen.length.toLocaleString("en-US"))
      .replace("{amount}", yuan.toLocaleString("en-US", { minimumFractionDigits: 2 }));
    several.elements.confirmed.value = chosen.length || "";
    all.firstElementChild.checked = chosen.length === boxes.length;
  }
  if (button) {
    all.hidden = false;
    all.firstElementChild.addEventListener("change", (event) => {
      for (const box of boxes) {
        box.checked = event.target.checked;
      }
      count();
    });
    several.addEventListener("change", count);
    count();
  }
}

// A working paper that comes back is sent as it is; the page that it leads to says what it would record.
const paper = document.querySelector("#paper input");

if (paper) {
  paper.addEventListener("change", async () => {
    const status = document.getElementById("reading");
    status.textContent = status.dataset.reading;
    const answer = await fetch("/findings/answers", { method: "PUT", body: paper.files[0] });
    if (answer.ok) {
      location.assign((await answer.json()).at);
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    status.textContent = page.querySelector("[role=alert]")?.textContent ?? answer.statusText;
    paper.value = "";
  });
}

// j and k: the next and the previous place on the page, one, or row of a list.
const places = [...document.querySelectorAll("[data-places] a[href^='#']")];
let place = -1;

function goTo(step) {
  place = Math.min(places.length - 1, Math.max(0, place + step));
  location.replace(places[place].href);
  for (const [i, one] of places.entries()) {
    one.parentElement.classList.toggle("here", i === place);
  }
}

document.addEventListener("keydown", (event) => {
  const step = { j: 1, k: -1 }[event.key];
  if (!step || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=checkbox]), textarea, select")) {
    return;
  }
  const rows = [...document.querySelectorAll("a.row")];
  const beside = document.querySelector(`.beside a[rel=${step > 0 ? "next" : "prev"}]`);
  if (places.length > 0) {
    goTo(step);
  } else if (rows.length > 0) {
    const row = document.activeElement.closest("tr")?.querySelector("a.row");
    rows[row ? Math.min(Math.max(rows.indexOf(row) + step, 0), rows.length - 1) : 0].focus();
  } else if (beside) {
    beside.click();
  }
});

// A text is copied, to be pasted elsewhere.
for (const button of document.querySelectorAll("button.copy")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.of).value);
    button.textContent = button.dataset.done;
  });
}

// A file for the bank is held against its order; nothing of it is kept.
for (const form of document.querySelectorAll("form[data-compare]")) {
  form.hidden = false;
  form.querySelector("input").addEventListener("change", async ({ target }) => {
    const status = form.querySelector("[role=status]");
    const answer = await fetch(form.dataset.compare, { method: "PUT", body: target.files[0] });
    status.textContent = await answer.text();
    status.className = answer.ok ? "" : "failure";
    target.value = "";
  });
}
