import type { Endpoints, ResponseOf } from '@mcp-sentinel/contract'
import { compile, type Decision } from '@mcp-sentinel/policy'
import { diff } from '@mcp-sentinel/policy/diff'
import { explain, steps } from '@mcp-sentinel/policy/explain'
import { permitted } from '@mcp-sentinel/policy/permitted'
import { parsePolicy } from '@mcp-sentinel/policy/schema'
import type { Finding } from '@mcp-sentinel/resources'
import type { Engines } from '../engines.ts'
import { given } from '../governance/items.ts'
import { createCompiled, policyInForce } from '../governance/policy-in-force.ts'
import { faulty } from '../problems.ts'
import { standingOnServer } from '../server-standing.ts'
import type { Routes } from '../serving/route.ts'

type ToldDecision = ResponseOf<Endpoints['policies']['explain']>['decision']

export const policiesRoutes = (engines: Engines): Routes<Endpoints['policies']> => {
  const { clock } = engines
  const compiledOf = createCompiled()
  const keyOf = ({ namespace, server }: { readonly namespace: string; readonly server: string }) => ({
    namespace,
    name: server,
  })

  return {
    rendered: {
      action: 'policy.read',
      on: ({ caller, query }) => standingOnServer(engines, caller, keyOf(query)),
      handle: async ({ query, signal }) => {
        const { document, text, findings } = await policyInForce(engines, keyOf(query), signal)
        const told = findings.filter(({ verdict }) => verdict.reason !== 'Ended')
        return {
          ...(document as object),
          schema_version: document.schema_version ?? 'v1',
          revision: document.revision ?? '',
          json: text,
          source: `configmap/${query.namespace}/${query.server}-gateway-policy`,
          findings: told.slice(0, findingsMax).map(toldFinding),
          endedSessions: findings.length - told.length,
        }
      },
    },
    explain: {
      action: 'policy.read',
      on: ({ caller, body }) => standingOnServer(engines, caller, keyOf(body)),
      handle: async ({ body, signal }) => {
        const policy = compiledOf(await policyInForce(engines, keyOf(body), signal))
        const now = body.at === undefined ? clock() : Date.parse(body.at)
        const { decision, failedStep, grants, remedy } = explain(policy, body.request, now)
        const failedAt = failedStep === undefined ? steps.length : steps.indexOf(failedStep)
        return {
          decision: toldDecision(decision),
          steps: steps.map((step, index) => ({
            step,
            outcome: index < failedAt ? 'passed' : index === failedAt ? 'failed' : 'not-reached',
          })),
          grants: grants.map(({ grant, index, outcome, ...rest }) => ({
            grant,
            index,
            outcome,
            ...given(rest),
          })),
          ...given({
            remedy: remedy && {
              says: remedy.says,
              edits: remedy.edits.map((edit) => ({ ...edit, path: [...edit.path] })),
            },
          }),
        }
      },
    },
    permitted: {
      action: 'policy.read',
      on: ({ caller, query }) => standingOnServer(engines, caller, keyOf(query)),
      handle: async ({ query, signal }) => {
        const policy = compiledOf(await policyInForce(engines, keyOf(query), signal))
        const { tools, resources, prompts } = permitted(policy, query, clock())
        return {
          revision: policy.document.revision ?? '',
          tools: tools.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
          resources: [...resources],
          prompts: [...prompts],
        }
      },
    },
    diff: {
      action: 'policy.read',
      on: ({ caller, body }) => standingOnServer(engines, caller, keyOf(body)),
      handle: async ({ body, signal }) => {
        const before = compiledOf(await policyInForce(engines, keyOf(body), signal))
        const parsed = parsePolicy(body.document)
        if (!parsed.ok)
          throw faulty(
            'invalid_request_body',
            parsed.issues.map(({ pointer, message }) => ({ pointer: `/document${pointer}`, message })),
          )
        const { same, changed, undecidable } = diff(before, compile(parsed.document), body.requests, clock())
        return {
          same,
          changed: changed.map((one) => ({
            index: one.index,
            change: one.change,
            before: toldDecision(one.before),
            after: toldDecision(one.after),
          })),
          undecidable: undecidable.map(({ index, policies }) => ({ index, policies: [...policies] })),
        }
      },
    },
  }
}

const findingsMax = 1000

const toldFinding = ({ kind, namespace, name, verdict }: Finding) => {
  const { status, reason, message } = verdict
  return { kind, namespace, name, status, reason, message }
}

const toldDecision = ({ wouldBe, ...decision }: Decision): ToldDecision => ({
  ...(given(decision) as ToldDecision),
  ...given({ wouldBe: wouldBe && toldDecision(wouldBe) }),
})
