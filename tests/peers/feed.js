// Sends log lines with @fluent-org/logger as they come, and prints how many the logger calls sent.
//
// Arguments: tag, and the logger's options as JSON. Standard input: lines. Standard output: a count a line.
"use strict";

const readline = require("readline");
const {FluentClient} = require("@fluent-org/logger");

const client = new FluentClient(process.argv[2], JSON.parse(process.argv[3]));
client.socketOn("error", () => {}); // it connects again by itself
let sent = 0;
let told = 0;

setInterval(() => {
  if (sent !== told) process.stdout.write(`${(told = sent)}\n`);
}, 50);

// Standard input stays open until the end: what the logger still queues would be lost with the process.
readline.createInterface({input: process.stdin})
  .on("line", line => client.emit({message: line}).then(() => sent++, error => process.stderr.write(`${error}\n`)))
  .on("close", () => process.exit(0));
