#!/usr/bin/env node
// Starts Davit. It is written so that any Node.js, however old, can read it: where the one that runs it is too old, it runs itself again with
// the one that came along with the package.
'use strict';

var NEEDED = 24;

var fs = require('fs');
var path = require('path');
var childProcess = require('child_process');

function isOldNode() {
  return parseInt(process.versions.node.split('.')[0], 10) < NEEDED;
}

/** The Node.js that came along, or undefined. */
function bundledNode() {
  var suffix = process.platform === 'win32' ? 'win-' + process.arch : process.platform + '-' + process.arch;
  var binary = process.platform === 'win32' ? 'bin/node.exe' : 'bin/node';
  try {
    return require.resolve('node-' + suffix + '/' + binary);
  } catch (_) {
    return undefined;
  }
}

function fail(message) {
  process.stderr.write('davit: ' + message + '\n');
  process.exit(1);
}

/** Runs this file again; signals go to the child, its end becomes ours. */
function runWith(node) {
  var signals = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'];
  var child = childProcess.spawn(node, [__filename].concat(process.argv.slice(2)), {
    // The channel tells the child when this process is gone, however it went.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: Object.assign({}, process.env, { DAVIT_LAUNCHED: '1' }),
  });
  signals.forEach(function (signal) {
    try {
      process.on(signal, function () {
        child.kill(signal);
      });
    } catch (_) {
      // This system has no such signal.
    }
  });
  child.on('error', function (error) {
    fail('The Node.js at ' + node + ' cannot be run: ' + error.message + '. Install Node.js ' + NEEDED + ' or newer.');
  });
  child.on('exit', function (code, signal) {
    if (signal === null) process.exit(code);
    signals.forEach(function (one) {
      process.removeAllListeners(one);
    });
    process.kill(process.pid, signal);
  });
}

/** The program as built, unless a clone has sources that are newer. */
function program() {
  var root = path.join(__dirname, '..');
  var built = path.join(root, 'dist', 'cli', 'main.js');
  var source = path.join(root, 'src', 'cli', 'main.ts');
  if (!fs.existsSync(source)) return built;
  if (!fs.existsSync(built)) return source;
  var builtAt = newest(path.join(root, 'dist'));
  return newest(path.join(root, 'src')) > builtAt ? source : built;
}

/** When the latest change below a folder was made, in milliseconds. */
function newest(folder) {
  return fs.readdirSync(folder).reduce(function (latest, name) {
    var stat = fs.statSync(path.join(folder, name));
    return Math.max(latest, stat.isDirectory() ? newest(path.join(folder, name)) : stat.mtimeMs);
  }, 0);
}

function runHere() {
  if (process.env.DAVIT_LAUNCHED === '1' && process.channel) {
    process.on('disconnect', function () {
      process.kill(process.pid, 'SIGTERM');
    });
    process.channel.unref();
  }
  delete process.env.DAVIT_LAUNCHED;
  require(program());
}

function start() {
  if (!isOldNode()) return runHere();
  var node = process.env.DAVIT_LAUNCHED === '1' ? undefined : bundledNode();
  if (node !== undefined) return runWith(node);
  return fail(
    'Node.js ' + NEEDED + ' or newer is needed, and this is ' + process.version + '. Install it, or let npm install bring it along (without --omit=optional).'
  );
}

start();
