// Loaded before the Playground, which would listen on every address of this machine.
const { Server } = require("net");
const { listen } = Server.prototype;

Server.prototype.listen = function (port, ...more) {
  const host = typeof port === "number" && typeof more[0] !== "string" ? ["127.0.0.1"] : [];
  return listen.call(this, port, ...host, ...more);
};
