// The board of a day: a visit dragged to another technician opens the page that says what would come of it. Nothing is
// done by dragging alone, and all of it can be done by "Move" without a mouse.
let dragged = null;
document.querySelectorAll("[data-visit]").forEach((visit) => {
  visit.draggable = true;
  visit.addEventListener("dragstart", (event) => {
    dragged = visit;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", visit.dataset.visit);
    visit.classList.add("dragged");
  });
  visit.addEventListener("dragend", () => { dragged = null; visit.classList.remove("dragged"); });
});
document.querySelectorAll("[data-lane]").forEach((lane) => {
  const takes = () => dragged && !lane.contains(dragged);
  lane.addEventListener("dragover", (event) => { if (takes()) { event.preventDefault(); lane.classList.add("over"); } });
  lane.addEventListener("dragleave", (event) => { if (!lane.contains(event.relatedTarget)) lane.classList.remove("over"); });
  lane.addEventListener("drop", (event) => {
    lane.classList.remove("over");
    if (!takes()) return;
    event.preventDefault();
    location.href = `${dragged.dataset.visit}?to=hands:${encodeURIComponent(lane.dataset.lane)}`;
  });
});
