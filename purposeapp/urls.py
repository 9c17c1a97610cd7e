from allauth.account.views import password_set
from django.urls import path, register_converter

from purposeapp.split import Purpose, Split
from purposeapp.views import (
    account_deletion,
    account_settings,
    assessments,
    cards,
    codes,
    community,
    compare,
    crawlers,
    data_export,
    data_import,
    email_address,
    goal,
    history,
    login,
    metrics,
    paper,
    pending_results,
    privacy,
    probes,
    purposes,
    questionnaire,
    reauthentication,
    reminders,
    rooms,
    rooms_join,
    rooms_points,
    rooms_result,
    save_result,
    signup,
    splits,
    talks,
    talks_pages,
    talks_points,
    tips,
    what_if,
    worksheet,
)


class SplitConverter:
    """Path converter for a split. Anything but one of the 1,001 splits is a 404."""

    regex = r"[0-9]{1,2}(?:-[0-9]{1,2}){4}"

    def to_python(self, value: str) -> Split:
        return Split.parse(value)

    def to_url(self, value: Split) -> str:
        return str(value)


class PurposeConverter:
    """Path converter for a purpose's slug, such as business-driven."""

    regex = "[a-z-]+"

    def to_python(self, value: str) -> Purpose:
        return Purpose.from_slug(value)

    def to_url(self, value: Purpose | str) -> str:
        return value.slug if isinstance(value, Purpose) else value


register_converter(SplitConverter, "split")
register_converter(PurposeConverter, "purpose")

urlpatterns = [
    path("", questionnaire.questionnaire, name="questionnaire"),
    path("questionnaire.png", cards.questionnaire_card, name="questionnaire_card"),
    path("splits/<split:split>/", splits.split_page, name="split"),
    path("splits/<split:split>/with/<split:other>/", splits.split_pair, name="split_pair"),
    path("splits/<split:split>/again.ics", splits.split_calendar, name="split_calendar"),
    path("splits/<split:split>.png", cards.split_card, name="split_card"),
    path("purposes/", purposes.purposes_page, name="purposes"),
    path("purposes/<purpose:purpose>/", purposes.purpose_page, name="purpose"),
    path("purposes/<purpose:purpose>.png", cards.purpose_card, name="purpose_card"),
    path("community/", community.community, name="community"),
    path("keep/<split:split>/", save_result.save_result, name="result_save"),
    path("goal/", goal.goal, name="goal"),
    path("goal/end/", goal.end_goal, name="goal_end"),
    path("try/", what_if.what_if, name="what_if"),
    path("try/<split:split>/", what_if.what_if_result, name="what_if_result"),
    path("history/", history.history, name="history"),
    path("history/add/", paper.assessment_add, name="assessment_add"),
    path("history/pending/", pending_results.choose, name="pending_results"),
    path("history/compare/", compare.compare, name="assessment_compare"),
    path("history/export.json", data_export.export_json, name="data_export_json"),
    path("history/export.csv", data_export.export_csv, name="data_export_csv"),
    path("history/import/", data_import.data_import, name="data_import"),
    path("history/<uuid:id>/", assessments.assessment, name="assessment"),
    path("history/<uuid:id>/day/", assessments.assessment_day, name="assessment_day"),
    path("history/<uuid:id>/event/", assessments.assessment_event, name="assessment_event"),
    path("history/<uuid:id>/remind/", assessments.assessment_remind, name="assessment_remind"),
    path("history/<uuid:id>/delete/", assessments.assessment_delete, name="assessment_delete"),
    path("talks/", talks.talks, name="talks"),
    path("talks/<uuid:id>/", talks_pages.talk_by_id, name="talk"),
    path("talks/<uuid:id>/now/", talks_points.now_by_id, name="talk_now"),
    path("talks/<uuid:id>/future/", talks_points.future_by_id, name="talk_future"),
    path("talks/<uuid:id>/guess/", talks_points.guess_by_id, name="talk_guess"),
    path("talks/<uuid:id>/agree/", talks_pages.agree_by_id, name="talk_agree"),
    path("talks/<uuid:id>/withdraw/", talks_pages.withdraw_by_id, name="talk_withdraw"),
    path("talks/<uuid:id>/note/", talks_pages.note_by_id, name="talk_note"),
    path("talks/<uuid:id>/sheet/", talks_pages.sheet_by_id, name="talk_sheet"),
    path("talks/<uuid:id>/remind/", talks_pages.remind_by_id, name="talk_remind"),
    path("talks/<uuid:id>/link/", talks_pages.renew_by_id, name="talk_link"),
    path("invitations/<str:key>/", talks.invitation, name="invitation"),
    path("talk/<str:key>/", talks_pages.talk_by_key, name="guest_talk"),
    path("talk/<str:key>/now/", talks_points.now_by_key, name="guest_talk_now"),
    path("talk/<str:key>/future/", talks_points.future_by_key, name="guest_talk_future"),
    path("talk/<str:key>/guess/", talks_points.guess_by_key, name="guest_talk_guess"),
    path("talk/<str:key>/agree/", talks_pages.agree_by_key, name="guest_talk_agree"),
    path("talk/<str:key>/withdraw/", talks_pages.withdraw_by_key, name="guest_talk_withdraw"),
    path("talk/<str:key>/note/", talks_pages.note_by_key, name="guest_talk_note"),
    path("talk/<str:key>/sheet/", talks_pages.sheet_by_key, name="guest_talk_sheet"),
    path("talk/<str:key>/mail/", talks_pages.mail_by_key, name="guest_talk_mail"),
    path("rooms/", rooms.rooms, name="rooms"),
    path("rooms/<uuid:id>/", rooms.room, name="room"),
    path("rooms/<uuid:id>/screen/", rooms.screen, name="room_screen"),
    path("rooms/<uuid:id>/paper/", rooms.paper, name="room_paper"),
    path("rooms/<uuid:id>/sheet/", rooms.guide, name="room_guide"),
    path("rooms/<uuid:id>/picture.csv", rooms.picture_csv, name="room_picture_csv"),
    path("join/", rooms_join.join, name="join"),
    path("r/<str:code>/", rooms_points.now, name="room_join"),
    path("r/<str:code>/future/", rooms_points.future, name="room_future"),
    path("r/<str:code>/result/", rooms_result.result, name="room_result"),
    path("r/<str:code>/leave/", rooms_points.leave, name="room_leave"),
    path("r/<str:code>/keep/", rooms_result.keep, name="room_keep"),
    path("tips/", tips.tips, name="tips"),
    path("tips/<int:id>/tick/", tips.tick, name="tip_tick"),
    path("tips/side/", tips.side, name="job_seeking_side"),
    path("reminders/", reminders.reminders, name="reminders"),
    path("reminders/changed/", reminders.life_changed, name="reminders_life_changed"),
    path("reminders/address/", reminders.confirm_email, name="reminders_confirm_email"),
    path("reminders/stop/<uuid:stop_key>/", reminders.unsubscribe, name="reminders_unsubscribe"),
    path("reminders/five-purposes.ics", reminders.reminders_calendar, name="reminders_calendar"),
    # These override allauth's URLs, which come later.
    path("accounts/login/", login.login, name="account_login"),
    path("accounts/login/code/", login.request_login_code, name="account_request_login_code"),
    path(
        "accounts/login/code/confirm/", codes.confirm_login_code, name="account_confirm_login_code"
    ),
    path("accounts/confirm-email/", codes.confirm_email, name="account_email_verification_sent"),
    path(
        "accounts/password/reset/confirm/",
        codes.confirm_password_reset,
        name="account_confirm_password_reset_code",
    ),
    path(
        "accounts/password/reset/complete/",
        codes.complete_password_reset,
        name="account_complete_password_reset",
    ),
    path("accounts/signup/", signup.signup, name="account_signup"),
    path("accounts/email/", email_address.change_email, name="account_email"),
    path(
        "accounts/password/set/",
        reauthentication.requires_reauthentication(password_set),
        name="account_set_password",
    ),
    path("accounts/delete/", account_deletion.delete_account, name="account_delete"),
    path("settings/", account_settings.settings, name="settings"),
    path("settings/community/", community.community_setting, name="community_setting"),
    path("settings/time-zone/", account_settings.time_zone, name="time_zone"),
    path("settings/sign-out/", account_settings.sign_out_elsewhere, name="sign_out_elsewhere"),
    path("privacy/", privacy.privacy, name="privacy"),
    path("worksheet/", worksheet.worksheet, name="worksheet"),
    path("favicon.ico", crawlers.favicon),
    path("manifest.webmanifest", crawlers.manifest, name="manifest"),
    path("robots.txt", crawlers.robots, name="robots"),
    path("sitemap.xml", crawlers.sitemap, name="sitemap"),
    path(".well-known/change-password", crawlers.change_password),
    path("healthz", probes.healthz),
    path("readyz", probes.readyz),
    path("metrics", metrics.metrics),
]
