import './style.css'

export { type Bar, default as SBarList } from './bar-list/SBarList.vue'
export { default as SButton } from './button/SButton.vue'
export { default as SConfirmDialog } from './confirm-dialog/SConfirmDialog.vue'
export { default as SCopyId } from './copy-id/SCopyId.vue'
export type { Column, Sorting } from './data-table/columns.ts'
export { default as SDataTable } from './data-table/SDataTable.vue'
export { default as SDecisionsChart } from './decisions-chart/SDecisionsChart.vue'
export type { Bucket } from './decisions-chart/stacked.ts'
export { default as SDrawer } from './drawer/SDrawer.vue'
export { default as SSearch } from './fields/SSearch.vue'
export { default as SSelectField } from './fields/SSelectField.vue'
export { default as STextField } from './fields/STextField.vue'
export { default as SMetricCard } from './metric-card/SMetricCard.vue'
export { default as AccessPage } from './pages/AccessPage.vue'
export { default as AnalyticsPage } from './pages/AnalyticsPage.vue'
export { default as EventsPage } from './pages/EventsPage.vue'
export { default as KeysPage } from './pages/KeysPage.vue'
export { default as OverviewPage } from './pages/OverviewPage.vue'
export { default as SignInPage } from './pages/SignInPage.vue'
export { usePrincipal } from './principal/use-principal.ts'
export { default as SentinelRoot } from './sentinel/SentinelRoot.vue'
export {
  provideSentinel,
  type Sentinel,
  type SentinelOptions,
  type Theme,
  useSentinel,
} from './sentinel/sentinel.ts'
export { default as SSkeleton } from './state-panel/SSkeleton.vue'
export { default as SStatePanel } from './state-panel/SStatePanel.vue'
export { default as STime } from './time/STime.vue'
export { useNow } from './time/use-now.ts'
export { default as STrustBars } from './trust-bars/STrustBars.vue'
export { default as SVerdict } from './verdict/SVerdict.vue'
export { default as SVerdictMark } from './verdict/SVerdictMark.vue'
export { type Verdict, verdictOf, verdicts, verdictWords } from './verdict/verdicts.ts'
