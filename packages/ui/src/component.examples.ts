// #region component
import { provideSentinel, SMetricCard, SVerdict } from '@mcp-sentinel/ui'
import { defineComponent, h, onMounted, ref } from 'vue'

export const Calls = defineComponent(
  (props: { token: () => string }) => {
    const { client } = provideSentinel({
      apiBase: 'https://sentinel.example.org/api',
      headers: () => ({ authorization: `Bearer ${props.token()}` }),
    })
    const total = ref('')
    onMounted(async () => {
      total.value = String((await client.analytics.stats()).events_total)
    })
    const verdict = () => h(SVerdict, { verdict: 'deny' })
    return () =>
      h('div', { class: 'sentinel' }, h(SMetricCard, { label: 'Calls', value: total.value }, verdict))
  },
  { props: ['token'] },
)
// #endregion component
