import { compile, type PolicyDocument } from '@mcp-sentinel/policy'
import type { Exchange } from '../exchange.ts'

export interface Asked extends Partial<Omit<Exchange, 'header'>> {
  readonly headers?: Readonly<Record<string, string>>
}

/** A request, as a binding tells of it. */
export const exchangeOf = ({ headers = {}, ...rest }: Asked = {}): Exchange => {
  const lower = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
  return {
    method: 'POST',
    path: '/mcp',
    header: (name) => lower.get(name),
    body: { kind: 'none' },
    peer: '127.0.0.1',
    ...rest,
  }
}

export const policyOf = (auth?: PolicyDocument['auth']) =>
  compile({ server: { name: 'payments' }, ...(auth === undefined ? {} : { auth }) })
