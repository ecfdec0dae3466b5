// #region client
import { ApiError, createClient } from '@mcp-sentinel/contract/client'

export const countEvents = async (baseUrl: string, apiKey: string): Promise<string> => {
  const client = createClient({ baseUrl, headers: () => ({ 'x-api-key': apiKey }) })
  try {
    const { events_total: total } = await client.analytics.stats()
    return `${total} events`
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return `refused: ${error.code}, ${error.message} (${error.requestId})`
  }
}
// #endregion client
