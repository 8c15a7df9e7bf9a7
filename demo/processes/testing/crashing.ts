// Ends by itself, having said why.
console.log(JSON.stringify({ level: 60, msg: "The journal is broken", err: { message: "disk full" } }));
process.exitCode = 7;
