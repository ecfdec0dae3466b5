// Loaded before the gateway's own program, so that its process can be asked what it has cost.
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.({ cpuUs: user + system })
})
