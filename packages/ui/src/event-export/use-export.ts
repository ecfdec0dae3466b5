import { onScopeDispose, type Ref, shallowRef } from 'vue'
import type { EventFilters } from '../events/use-events.ts'
import { useSentinel } from '../sentinel/sentinel.ts'
import { createExportFile, type ExportEnd, type ExportFormat } from './export-file.ts'

/** Of one file; a spreadsheet and a browser's memory bear as many. */
export const exportEventsMax = 50_000
const pageEvents = 1_000

export type Exporting =
  | { readonly step: 'idle' }
  | { readonly step: 'running'; readonly events: number }
  /** By somebody, or by what the API answered: what came is kept. */
  | { readonly step: 'stopped'; readonly events: number; readonly error?: unknown }
  | { readonly step: 'saved'; readonly events: number; readonly end: ExportEnd }

/** All that the filters match, from the API to a file; it is left off, gone on with, and saved as far as it came. */
export const useExport = (filters: Readonly<Ref<EventFilters>>) => {
  const { client } = useSentinel()
  const state = shallowRef<Exporting>({ step: 'idle' })
  let file: ReturnType<typeof createExportFile> | undefined
  let asked: EventFilters = {}
  let cursor: string | undefined
  let stopping = new AbortController()

  const save = (end: ExportEnd) => {
    if (file === undefined) return
    const { name, blob } = file.finish(end)
    download(name, blob)
    state.value = { step: 'saved', events: file.events(), end }
    file = undefined
  }

  /** What came after somebody stopped it counts no more; it is asked for again. */
  const fetchPage = async ({ signal }: AbortController, into: NonNullable<typeof file>): Promise<boolean> => {
    const limit = Math.min(pageEvents, exportEventsMax - into.events())
    const query = { ...asked, limit, ...(cursor === undefined ? {} : { cursor }) }
    const { events, meta } = await client.analytics.events({ query }, { signal })
    signal.throwIfAborted()
    into.add(events)
    cursor = meta.next_cursor
    state.value = { step: 'running', events: into.events() }
    return cursor !== undefined && into.events() < exportEventsMax
  }

  const goOn = async () => {
    if (file === undefined || state.value.step === 'running') return
    const into = file
    stopping = new AbortController()
    const mine = stopping
    state.value = { step: 'running', events: into.events() }
    try {
      while (await fetchPage(mine, into));
      save(cursor === undefined ? 'whole' : 'cut')
    } catch (error) {
      if (mine.signal.aborted) return
      state.value = { step: 'stopped', events: into.events(), error }
    }
  }

  const stop = () => {
    stopping.abort()
    if (state.value.step === 'running') state.value = { step: 'stopped', events: state.value.events }
  }
  onScopeDispose(() => stopping.abort())

  return {
    state,
    begin: (format: ExportFormat) => {
      stopping.abort()
      file = createExportFile(format, Date.now())
      asked = filters.value
      cursor = undefined
      state.value = { step: 'idle' }
      return goOn()
    },
    stop,
    goOn,
    saveWhatCame: () => save('left'),
    discard: () => {
      stopping.abort()
      file = undefined
      state.value = { step: 'idle' }
    },
  }
}

const download = (name: string, blob: Blob) => {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  // Browsers begin a download before they go on with this page.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
