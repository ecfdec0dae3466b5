import { config } from 'zod'

// The content security policy lets no schema be compiled, and reports whoever tries. Schemas try as they are made, so
// this is imported before any is, and is built into one file with zod, which runs before those that import it.
config({ jitless: true })
