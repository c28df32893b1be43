// Reads a JSON list of Adaptive Cards, writes for each the list of what Microsoft's own library finds wrong with it.
const { readFileSync } = require("node:fs");
const { AdaptiveCard, HostConfig, SerializationContext, Versions } = require("adaptivecards/dist/adaptivecards.js");

function mistakes(content) {
  const context = new SerializationContext(Versions.v1_5);
  const card = new AdaptiveCard();
  card.hostConfig = new HostConfig({ actions: { maxActions: 6 } }); // as many as Teams shows
  card.parse(content, context);
  const found = [];
  for (let i = 0; i < context.eventCount; i++) found.push(context.getEventAt(i).message);
  for (const failure of card.validateProperties().validationEvents) found.push(failure.message);
  return found;
}

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(mistakes)));
