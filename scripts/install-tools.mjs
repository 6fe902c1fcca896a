// Installs what tests of other runtimes and of bundlers need, unless it is there: each of them would, and some run side by side.

import { install as installBundlers } from "../test/bundlers/bundle.mjs";
import { findChromium } from "../test/runtimes/browser.mjs";
import { install as installRuntimes } from "../test/runtimes/install.mjs";

installBundlers();
installRuntimes();
findChromium();
