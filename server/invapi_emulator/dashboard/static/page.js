// What the page does beyond showing: it sends, asks first, copies, and stays true.
import { watchButtons } from "./buttons.js";
import { tickClock } from "./clock.js";
import { watchFaultForm } from "./faults.js";
import { stayLive } from "./live.js";
import { watchPlaces } from "./places.js";

const refresh = stayLive();
watchButtons(refresh);
watchFaultForm();
watchPlaces(refresh);
tickClock();
