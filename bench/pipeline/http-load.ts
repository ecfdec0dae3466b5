import { once } from 'node:events'
import { connect } from 'node:net'

export interface Load {
  readonly requests: number
  readonly seconds: number
}

export interface LoadOptions {
  readonly port: number
  /** Each is sent whole, one after the other on each connection. */
  readonly requests: readonly Buffer[]
  readonly connections: number
  readonly durationMs: number
}

export const requestOf = (path: string, headers: Readonly<Record<string, string>>, body: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from(
      [
        `POST ${path} HTTP/1.1`,
        'host: 127.0.0.1',
        `content-length: ${body.length}`,
        ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
        '\r\n',
      ].join('\r\n'),
    ),
    body,
  ])

/**
 * Requests over kept connections, the next when the last was answered. On bare sockets: a client library would cost more
 * than the server that is measured. Any answer but 202 fails the run.
 */
export const load = async ({ port, requests, connections, durationMs }: LoadOptions): Promise<Load> => {
  const began = performance.now()
  const until = began + durationMs
  let next = 0
  let answered = 0

  const run = async (): Promise<void> => {
    const socket = connect(port, '127.0.0.1').setNoDelay(true)
    await once(socket, 'connect')
    const ended = once(socket, 'close')
    let answer = ''
    const send = (): void => void socket.write(requests[next++ % requests.length] as Buffer)
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1')
      const head = answer.indexOf('\r\n\r\n')
      if (head < 0) return
      const length = Number(/content-length: (\d+)/i.exec(answer)?.[1] ?? Number.NaN)
      if (answer.length < head + 4 + length) return
      if (!answer.startsWith('HTTP/1.1 202')) return void socket.destroy(new Error(answer))
      answer = ''
      answered++
      if (performance.now() < until) send()
      else socket.end()
    })
    send()
    await ended
    if (socket.errored) throw socket.errored
  }
  await Promise.all(Array.from({ length: connections }, run))
  return { requests: answered, seconds: (performance.now() - began) / 1000 }
}
