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
