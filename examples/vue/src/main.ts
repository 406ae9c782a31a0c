import { createApp } from "vue";
import App from "./App.vue";
import "../../vite/src/style.css";

createApp(App).mount("#app");
