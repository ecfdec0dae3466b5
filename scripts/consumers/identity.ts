import { bearerTokenOf, createApiKeys } from '@mcp-sentinel/identity'

const keys = createApiKeys(['a-key-that-nobody-guesses'])
if (!keys.authenticate('a-key-that-nobody-guesses').ok) throw new Error('a known key should be proven')
if (keys.authenticate('another-key-altogether').ok) throw new Error('an unknown key should not be')
if (bearerTokenOf('Bearer abc') !== 'abc') throw new Error('a bearer token should be found')
