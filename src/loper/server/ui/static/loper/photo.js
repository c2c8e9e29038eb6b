// A photo is made smaller before it is sent: quick on a bad connection, and never too large. Without it the server does so.
const LONGEST = 1600;

async function smaller(file) {
  const picture = await createImageBitmap(file); // upright, as its camera meant it
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  const made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
  return made && made.size < file.size ? new File([made], "photo.jpg", { type: "image/jpeg" }) : file;
}

document.addEventListener("change", async (event) => {
  const input = event.target;
  if (input.type !== "file" || !input.dataset.most || !input.files.length) return;
  input.parentElement.querySelectorAll(".wrong").forEach((line) => line.remove());
  try {
    const box = new DataTransfer();
    box.items.add(await smaller(input.files[0]));
    input.files = box.files;
  } catch { /* no picture that this browser reads: the server looks at it */ }
  if (input.files[0].size > Number(input.dataset.most)) {
    const line = document.createElement("p");
    line.className = "wrong";
    line.setAttribute("role", "alert");
    line.textContent = input.dataset.large;
    input.before(line);
    input.value = "";
  }
});
