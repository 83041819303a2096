// Sends events with one of Node's two fluent-loggers and prints what the logger says of each.
//
// Standard input: {library, tag, options, events: [{record, milliseconds?}, ...]}
// Standard output: {"sent": the events that the logger reports as sent, acknowledged where acks are on, "errors": [texts]}
"use strict";

const fs = require("fs");

const SENDERS = {"@fluent-org/logger": fluentOrg, "fluent-logger": fluentLogger};

// A refused handshake leaves the promises of emit() open for ever: the socket's error ends the wait.
async function fluentOrg({tag, options, events}) {
  const {FluentClient, FluentSocketEvent} = require("@fluent-org/logger");
  const client = new FluentClient(tag, options);
  const refused = new Promise((_, reject) => client.socketOn(FluentSocketEvent.ERROR, reject));
  const emitted = events.map(({record, milliseconds}) => client.emit(record, milliseconds));
  const outcomes = await Promise.race([Promise.allSettled(emitted), refused]);
  await client.shutdown();
  return outcomes;
}

async function fluentLogger({tag, options, events}) {
  const {createFluentSender, EventTime} = require("fluent-logger");
  const silent = {info() {}, error() {}};
  const sender = createFluentSender(tag, {...options, internalLogger: silent, enableReconnect: false});
  const refused = new Promise((_, reject) => sender.on("error", reject));
  const stamp = milliseconds => (options.eventTime ? EventTime.fromTimestamp(milliseconds) : new Date(milliseconds));
  const emitted = events.map(({record, milliseconds}) => new Promise((resolve, reject) => {
    const done = error => (error ? reject(error) : resolve());
    sender.emit(record, ...(milliseconds ? [stamp(milliseconds)] : []), done);
  }));
  const outcomes = await Promise.race([Promise.allSettled(emitted), refused]);
  await new Promise(resolve => sender.end(null, null, resolve));
  return outcomes;
}

async function main() {
  const job = JSON.parse(fs.readFileSync(0, "utf8"));
  let outcomes;
  try {
    outcomes = await SENDERS[job.library](job);
  } catch (error) {
    outcomes = [{status: "rejected", reason: error}];
  }
  const errors = outcomes.filter(({status}) => status === "rejected").map(({reason}) => String(reason.message));
  fs.writeSync(1, JSON.stringify({sent: outcomes.length - errors.length, errors}) + "\n");
  process.exit(0); // a client that was refused keeps its timers
}

main();
