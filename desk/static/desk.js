// The pages work without this: it keeps the live list moving, plays a call
// without delay, moves the cursor over a recording, and copies ids.
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

// Samples as they come: an <audio> element first waits for eight seconds of them.
async function listen(button) {
  button.disabled = true;
  const context = new AudioContext();
  const answer = await fetch(button.dataset.sound);
  const reader = answer.ok && answer.body.getReader();
  button.textContent = reader ? "Listening" : "The call cannot be heard";
  let left = new Uint8Array(0);
  let header = 44;
  let next_s = 0;
  for (let part = reader && (await reader.read()); part && !part.done; part = await reader.read()) {
    const bytes = new Uint8Array(left.length + part.value.length);
    bytes.set(left);
    bytes.set(part.value, left.length);
    const begin = Math.min(header, bytes.length);
    header -= begin;
    const count = (bytes.length - begin) >> 1;
    left = bytes.slice(begin + 2 * count);
    if (!count) continue;
    const heard = new DataView(bytes.buffer, begin);
    const sound = context.createBuffer(1, count, 16000);
    const samples = sound.getChannelData(0);
    for (let at = 0; at < count; at++) samples[at] = heard.getInt16(2 * at, true) / 32768;
    const source = new AudioBufferSourceNode(context, { buffer: sound });
    source.connect(context.destination);
    // A little behind, so that a part that is late leaves no gap.
    if (next_s < context.currentTime) next_s = context.currentTime + 0.3;
    source.start(next_s);
    next_s += sound.duration;
  }
  if (reader) button.textContent = "The call is over";
}

for (const button of document.querySelectorAll("[data-sound]")) {
  button.addEventListener("click", () => listen(button));
}

// The recording under the cursor of the line of time; both may be moved.
const line = document.querySelector("[data-recording]");
if (line) {
  const audio = document.getElementById(line.dataset.recording);
  const cursor = line.querySelector(".cursor");
  const began_s = Number(line.dataset.began);
  const length_s = Number(line.dataset.length);
  audio.addEventListener("timeupdate", () => {
    const x = 80 + ((began_s + audio.currentTime) / length_s) * 1000;
    cursor.setAttribute("x1", x);
    cursor.setAttribute("x2", x);
  });
  line.addEventListener("click", (event) => {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(
      line.getScreenCTM().inverse(),
    );
    audio.currentTime = Math.max(0, ((at.x - 80) / 1000) * length_s - began_s);
  });
}
