import type { Gateway, Passed } from '../gateway.ts'
import { lookAt } from '../look.ts'
import { isObject } from '../message.ts'

/** A transport of either SDK line, by what both have. */
interface AnyTransport {
  start(): Promise<void>
  // biome-ignore lint/suspicious/noExplicitAny: each SDK line has its own type of messages
  send(message: any, options?: any): Promise<void>
  close(): Promise<void>
  onclose?: (() => void) | undefined
  onerror?: ((error: Error) => void) | undefined
  // biome-ignore lint/suspicious/noExplicitAny: as above
  onmessage?: ((message: any, extra?: any) => void) | undefined
}

/**
 * Guards a server whatever carries its messages, standard input and output above all:
 * `server.connect(guardTransport(gateway, new StdioServerTransport()))`.
 */
export const guardTransport = <T extends AnyTransport>(gateway: Gateway, transport: T): T => {
  /** Requests that went on, by their ids. */
  const open = new Map<unknown, Passed>()
  /** What the server has set on what it takes for its transport. */
  const own: Pick<AnyTransport, 'onmessage' | 'onclose'> = {}
  /** Messages are judged one after another, so that none overtakes another. */
  let last: Promise<void> = Promise.resolve()

  const receive = async (message: unknown, extra: unknown): Promise<void> => {
    const { authInfo } = isObject(extra) ? extra : {}
    const admission = await gateway.admit({
      method: 'STDIO',
      path: '',
      header: () => undefined,
      body: { kind: 'value', value: message, bytesLength: lengthOf(message) },
      auth: authInfo,
    })
    const { id, method } = isObject(message) ? message : {}
    const isRequest = id !== undefined && method !== undefined
    if (admission.kind === 'refused') {
      // Nothing else has an answer, not even a refusal.
      if (isRequest) await transport.send(JSON.parse(admission.answer.body))
      return
    }
    if (isRequest && open.has(id)) {
      admission.close({ status: 400, bytesOut: 0, outcome: 'closed' })
      const error = { code: -32600, message: 'A request with this id has not ended.' }
      await transport.send({ jsonrpc: '2.0', id, error })
      return
    }
    if (isRequest) track(id, admission, extra)
    else admission.close({ status: 202, bytesOut: 0, outcome: 'closed' })
    own.onmessage?.(message, extra)
  }

  const track = (id: unknown, passed: Passed, extra: unknown): void => {
    open.set(id, passed)
    passed.onCut(() => {
      open.delete(id)
      passed.close({ status: 403, bytesOut: 0, outcome: 'aborted' })
      const params = { requestId: id, reason: 'The call may not go on' }
      own.onmessage?.({ jsonrpc: '2.0', method: 'notifications/cancelled', params }, extra)
      const error = { code: 403_000, message: 'Refused: the call may not go on.' }
      transport.send({ jsonrpc: '2.0', id, error }).catch(failed)
    })
  }

  const failed = (error: unknown): void => transport.onerror?.(error as Error)

  const start = (): Promise<void> => {
    transport.onmessage = (message, extra) => {
      last = last.then(() => receive(message, extra)).catch(failed)
    }
    transport.onclose = () => {
      for (const passed of open.values()) passed.close({ status: 0, bytesOut: 0, outcome: 'aborted' })
      open.clear()
      own.onclose?.()
    }
    return transport.start()
  }

  const send: AnyTransport['send'] = async (message, options) => {
    const { id, method } = message
    if (method !== undefined || id === undefined) return transport.send(message, options)
    const passed = open.get(id)
    // It was cut, and its client has heard.
    if (passed === undefined) return
    open.delete(id)
    const shown = passed.look === undefined ? message : lookAt(message, passed.look)
    await transport.send(shown, options)
    passed.close({ status: 200, bytesOut: lengthOf(shown), outcome: 'closed' })
  }

  const instead: Readonly<Record<string | symbol, unknown>> = { start, send }
  return new Proxy(transport, {
    get: (target, name) => {
      if (name === 'onmessage' || name === 'onclose') return own[name]
      if (name in instead) return instead[name]
      const value = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
    set: (target, name, value) =>
      name === 'onmessage' || name === 'onclose'
        ? Reflect.set(own, name, value)
        : Reflect.set(target, name, value, target),
  })
}

const lengthOf = (message: unknown): number => Buffer.byteLength(JSON.stringify(message) ?? '')
