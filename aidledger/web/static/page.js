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

function unseen(path) {
  return path.split("/").some((part) => part.startsWith(".") || part.startsWith("~$"));
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

async function send(found) {
  const status = document.getElementById("sending");
  const files = new Map(found.filter(([path]) => !unseen(path)));
  if (files.size === 0) {
    return;
  }
  const announced = await fetch("/inbox/announce", {
    method: "POST",
    body: JSON.stringify({ files: [...files].map(([path, file]) => ({ path, size: file.size })) }),
  });
  if (!announced.ok) {
    const page = new DOMParser().parseFromString(await announced.text(), "text/html");
    status.textContent = page.querySelector("[role=alert]")?.textContent ?? announced.statusText;
    return;
  }
  const { delivery, files: told } = await announced.json();
  const waiting = [...files.values()].map((file, i) => [told[i].number, file]);
  let done = 0;
  let failed = 0;
  async function sender() {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      failed += (await put(delivery, ...next)) ? 0 : 1;
      done += 1;
      status.textContent = drop.dataset.sending.replace("{done}", done).replace("{total}", files.size);
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
