// A double tap sends a form once; an error gets the focus; htmx sends the CSRF token along.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
  setTimeout(() => { delete form.dataset.sent; }, 4000);
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form[data-sent]").forEach((form) => { delete form.dataset.sent; });
});
document.addEventListener("DOMContentLoaded", () => {
  const wrong = document.querySelector(".has-wrong input, .has-wrong select, .has-wrong textarea");
  if (wrong) wrong.focus();
  document.querySelector(".staff-top [aria-current=page]")?.scrollIntoView({ block: "nearest", inline: "center" });
});
document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector("input[name=csrfmiddlewaretoken]");
  if (token) event.detail.headers["X-CSRFToken"] = token.value;
});
// Whoever is signed out leaves no pages on this device (field_worker.js keeps those of a technician's day).
if (self.caches && location.pathname.startsWith("/account/login")) caches.delete("loper-day");
document.addEventListener("submit", (event) => {
  if (self.caches && event.target.action.endsWith("/account/logout/")) caches.delete("loper-day");
});
