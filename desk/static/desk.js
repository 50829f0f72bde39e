// The pages work without this: it keeps the live list moving and copies ids.
"use strict";

const list = document.querySelector("[data-stream]");
if (list) {
  new EventSource(list.dataset.stream).onmessage = (event) => {
    const held = list.contains(document.activeElement) && document.activeElement.id;
    // Made by the same templates as the page itself, where everything is escaped.
    list.innerHTML = event.data;
    if (held) document.getElementById(held)?.focus();
  };
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = "Copied";
  });
}
