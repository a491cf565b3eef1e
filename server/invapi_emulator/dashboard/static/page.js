// The page's behavior: it sends calls, asks for confirmation, copies text and stays up to date.
import { watchButtons } from "./buttons.js";
import { tickClock } from "./clock.js";
import { watchFaultForm } from "./faults.js";
import { stayLive } from "./live.js";
import { watchPlaces } from "./places.js";
import { watchZoom } from "./zoom.js";

const refresh = stayLive();
watchButtons(refresh);
watchFaultForm();
watchPlaces(refresh);
watchZoom();
tickClock();
