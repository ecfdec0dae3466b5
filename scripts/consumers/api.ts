import { createPasswords } from '@mcp-sentinel/api'

const passwords = await createPasswords()
const { matches } = await passwords.verify(await passwords.hash('correct horse'), 'correct horse')
if (!matches) throw new Error('a password should match its hash')
