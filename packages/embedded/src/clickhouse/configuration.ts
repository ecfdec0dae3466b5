import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface ConfigurationOptions {
  readonly directory: string
  readonly memoryBytesMax: number
}

/** Writes what the engine reads when it opens. Returns the path of the file that it is started with. */
export const writeConfiguration = async (options: ConfigurationOptions): Promise<string> => {
  const { directory, memoryBytesMax } = options
  await mkdir(directory, { recursive: true })
  const users = join(directory, 'users.xml')
  const config = join(directory, 'config.xml')
  await replace(users, renderUsers())
  await replace(config, renderConfig(users, memoryBytesMax))
  return config
}

const replace = async (path: string, content: string): Promise<void> => {
  await writeFile(`${path}.new`, content)
  await rename(`${path}.new`, path)
}

const renderConfig = (users: string, memoryBytesMax: number): string => `<clickhouse>
  <users_config>${escapeXml(users)}</users_config>
  <max_server_memory_usage>${memoryBytesMax}</max_server_memory_usage>
  <mark_cache_size>${Math.floor(memoryBytesMax / 16)}</mark_cache_size>
  <uncompressed_cache_size>0</uncompressed_cache_size>
  <max_thread_pool_size>256</max_thread_pool_size>
  <background_pool_size>2</background_pool_size>
  <background_schedule_pool_size>4</background_schedule_pool_size>
  <merge_tree>
    <!-- Every insert leaves a part; merged away, it stays this long (8 minutes unless told) and costs a directory. -->
    <old_parts_lifetime>30</old_parts_lifetime>
  </merge_tree>
</clickhouse>
`

/**
 * Every session begins as \`default\`, which has no right but to take one of two roles: what a request may do is then the
 * engine's own decision. SOURCES are files, addresses and other databases: nobody needs them here.
 */
const renderUsers = (): string => `<clickhouse>
  <profiles>
    <default>
      <!-- A thread for each gigabyte of memory that is free, unless told: the whole engine has less. -->
      <max_threads_min_free_memory_per_thread>50000000</max_threads_min_free_memory_per_thread>
    </default>
  </profiles>
  <quotas><default/></quotas>
  <roles>
    <writer><grants><query>GRANT ALL ON *.*</query><query>REVOKE SOURCES ON *.*</query></grants></writer>
    <reader><grants><query>GRANT SELECT, SHOW ON *.*</query></grants></reader>
  </roles>
  <users>
    <default>
      <password/>
      <networks><ip>::/0</ip></networks>
      <profile>default</profile>
      <quota>default</quota>
      <grants><query>GRANT writer, reader</query></grants>
    </default>
  </users>
</clickhouse>
`

const escapeXml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
