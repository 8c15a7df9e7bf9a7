import { type MadeReportOrder, noteMadeReport } from "../period/made-report.ts";
import { judgeReports, type ReportFinding } from "../period/report-alarm.ts";
import type { Site } from "@coldkeep/core/site/site.ts";
import { type AlarmAct, actOnAlarm } from "../alarms/alarm-commands.ts";
import type { ServiceAct } from "../alarms/alarm-book.ts";
import { serveAppliance } from "../alarms/service-commands.ts";
import { takeEdgeReport } from "../edge/edge-commands.ts";
import { type DutyFinding, judgeDuty } from "../duty-pages/duty-alarm.ts";
import { sendTest, type TestOrder } from "../duty-pages/test-message.ts";
import { type BackupFinding, judgeBackups } from "../backup/backup-alarm.ts";
import type { HeadOrder } from "../heads/head-records.ts";
import { approverOf, type ProposalAct } from "../proposals/proposal-acts.ts";
import type { Inside } from "../inside.ts";
import { type AccountNews, tellOfAccounts } from "../people/account-news.ts";
import type { CanaryNews } from "../canary/canary-book.ts";
import { judgeProjection, type ProjectionFinding } from "../influx/projection-alarm.ts";
import type { EntryInput } from "../journal/journal.ts";
import { unpacked } from "../journal/unpacked.ts";
import type { HoldConfirmation } from "@coldkeep/core/contract/hold-feed.ts";
import { changeChoices, type ChoiceChange } from "../choices/choices.ts";
import { type EndAct, endAction, planAction, type PlanAct } from "../corrective/corrective-acts.ts";
import { type DecisionAct, replayDecision, replaySecond, type SecondAct } from "../dispositions/decide.ts";
import { confirmHolds } from "../hold-feed/confirm.ts";
import { type HoldFeedFinding, judgeHoldFeed } from "../hold-feed/unconfirmed-alarm.ts";
import type { ChannelFact } from "@coldkeep/core/duty/reach.ts";
import { judgeMailboxes, type MailboxFinding } from "../mailbox/mailbox-alarm.ts";
import { type DeliveryNews, takeDeliveryNews } from "../summons/take-delivery.ts";
import { applyDrill, type DrillAct } from "../drills/drill-acts.ts";
import { type DrillReview, replayDrillReview } from "../drills/drill-review.ts";
import { answerCall, type CallAnswer } from "../answers/answer-call.ts";
import type { ReplyTaken } from "../answers/reply.ts";
import { takeReply } from "../answers/take-reply.ts";
import { judgeDelivery } from "../notify/delivery-alarm.ts";
import { recordSettings } from "../settings/settings-history.ts";
import type { ShownSettings } from "../settings/shown-settings.ts";
import { type ExcursionSigning, replayExcursionSigning } from "../signatures/excursion-signing.ts";
import { replayReview, type ReviewAct } from "../trail/trail-reviews.ts";
import type { Decision } from "../units/dispositions.ts";
import { type Feed, takeFeed } from "../units/take-feed.ts";
import { decideUnit, type MovementBody, moveUnit, registerUnit } from "../units/unit-commands.ts";
import type { UnitDetails, UnitKey } from "../units/unit-feed.ts";

/** Does again what the server did with one journaled input. The inside's clock must stand at the entry's time. */
export function applyEntry(inside: Inside, { kind, source, encoding, body }: EntryInput): void {
  switch (kind) {
    case "start": {
      const { pages, channels = [] } = json(body) as {
        pages: string | null;
        channels?: readonly ChannelFact[];
      };
      inside.begin(pages, channels);
      return;
    }
    case "batch":
      inside.takeBatch({ encoding, body, text: unpacked(encoding, body), source });
      return;
    case "tick":
      inside.committer.commit({ kind, source, encoding, body }, inside.engine.tick);
      return;
    case "site":
      inside.applySite(json(body) as Site, source);
      return;
    case "unit":
      registerUnit(inside, source, json(body) as UnitKey & UnitDetails);
      return;
    case "feed":
      takeFeed(inside, source, json(body) as Feed);
      return;
    case "movement":
      moveUnit(inside, source, json(body) as MovementBody);
      return;
    case "disposition":
      decideUnit(inside, source, json(body) as UnitKey & Decision);
      return;
    case "out-of-service":
    case "return-to-service":
      serveAppliance(inside, source, json(body) as ServiceAct);
      return;
    case "acknowledge":
    case "shelve":
    case "unshelve":
    case "reset":
      actOnAlarm(inside, kind, source, json(body) as AlarmAct);
      return;
    case "edge-alarms": {
      const { gateway, report } = json(body) as { gateway: string; report: unknown };
      takeEdgeReport(inside, source, gateway, report);
      return;
    }
    case "delivery":
      applyDelivery(inside, json(body) as DeliveryNews | { readonly worstTries: number });
      return;
    case "drill":
      applyDrill(inside, source, json(body) as DrillAct);
      return;
    case "drill-review":
      replayDrillReview(inside, source, json(body) as DrillReview);
      return;
    case "test-message":
      sendTest(inside, json(body) as TestOrder);
      return;
    case "answer":
      answerCall(inside, source, json(body) as CallAnswer);
      return;
    case "reply":
      takeReply(inside, json(body) as ReplyTaken);
      return;
    case "canary":
      inside.canary.take(json(body) as CanaryNews);
      return;
    case "projection":
      judgeProjection(inside, json(body) as ProjectionFinding);
      return;
    case "decision":
      replayDecision(inside, source, json(body) as DecisionAct);
      return;
    case "second-opinion":
      replaySecond(inside, source, json(body) as SecondAct);
      return;
    case "choice-list":
      changeChoices(inside, source, json(body) as ChoiceChange);
      return;
    case "corrective-action":
      planAction(inside, source, json(body) as PlanAct);
      return;
    case "corrective-end":
      endAction(inside, source, json(body) as EndAct);
      return;
    case "hold-feed":
      judgeHoldFeed(inside, json(body) as HoldFeedFinding);
      return;
    case "hold-confirmation":
      confirmHolds(inside, (json(body) as { confirmed: HoldConfirmation }).confirmed);
      return;
    case "backup":
      judgeBackups(inside, json(body) as BackupFinding);
      return;
    case "mailbox-look":
      judgeMailboxes(inside, json(body) as MailboxFinding);
      return;
    case "duty-look":
      judgeDuty(inside, json(body) as DutyFinding);
      return;
    case "proposal":
      performProposal(inside, json(body) as ProposalAct);
      return;
    case "trail-review":
      replayReview(inside, source, json(body) as ReviewAct);
      return;
    case "excursion-sign":
      replayExcursionSigning(inside, source, json(body) as ExcursionSigning);
      return;
    case "head":
      inside.heads.take(json(body) as HeadOrder);
      return;
    case "period-report":
      noteMadeReport(inside, json(body) as MadeReportOrder);
      return;
    case "report-failing":
      judgeReports(inside, json(body) as ReportFinding);
      return;
    case "settings":
      recordSettings(inside, json(body) as ShownSettings);
      return;
    case "account":
      tellOfAccounts(inside.committer, source, json(body) as AccountNews);
      return;
  }
}

/** Entries of before channels were told apart say how many tries of the worst mail had failed. */
function applyDelivery(inside: Inside, news: DeliveryNews | { readonly worstTries: number }): void {
  if ("worstTries" in news) judgeDelivery(inside, news.worstTries);
  else takeDeliveryNews(inside, news);
}

function performProposal({ proposalActs, signatures }: Inside, act: ProposalAct): void {
  proposalActs.perform(act, (commit, what) => signatures.replaySign(commit, approverOf(act), what));
}

/** What an entry's body holds: our own writing, whose shape its kind says. */
function json(body: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(body));
}
