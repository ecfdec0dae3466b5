// Loaded before a process that has a parent: when the parent is gone, however it went, this one ends too, in order if
// that does not take long. What it has written down is in its files.
const endMs = 3_000
process.once('disconnect', () => {
  process.kill(process.pid, 'SIGTERM')
  setTimeout(() => process.exit(1), endMs).unref()
})
process.channel?.unref()

export {}
