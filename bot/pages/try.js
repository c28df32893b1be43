// The try page: two sides of one desk.

import { startActions } from "./actions.js";
import { startComposers } from "./composer.js";
import { startDialogs } from "./dialogs.js";
import { startFiles } from "./files.js";
import { startKeys } from "./keys.js";
import { listen } from "./live.js";
import { startMenus } from "./menus.js";
import { startNews } from "./news.js";
import { startPanes } from "./panes.js";
import { startPosts } from "./posts.js";
import { startThreads } from "./threads.js";

startPosts();
startNews();
startThreads();
startPanes();
startComposers();
startFiles();
startMenus();
startActions();
startDialogs();
startKeys();
listen();
