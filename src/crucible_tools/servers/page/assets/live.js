// Parts of a page that the server renders again when they change.
import { follow, pausable, put } from "./stream.js";

for (const element of document.querySelectorAll("[data-live]")) {
  const button = document.querySelector(`[data-pause="${element.id}"]`);
  pausable(element.id, (told) =>
    follow(element.dataset.live, {
      told,
      heard(event) {
        if (event.name === "html") put(element, event.data.html);
        if (event.name !== "end") return true;
        told("ended");
        if (button) button.hidden = true;
        return false;
      },
    }),
  );
}
