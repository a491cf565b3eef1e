"""`/auth.php`: login tokens."""

from invapi_emulator.actions.auth import info, login, logout, whmcslogin

ACTIONS = (login.ACTION, whmcslogin.ACTION, info.ACTION, logout.ACTION)
NOT_EMULATED = (
    *("2fa_check", "2fa_resend", "billing_list", "email_check", "session_reset", "get_log", "flip_tag"),
    *("get_log_details", "github_init", "vk_init", "google_signin", "set_tag", "tg_verify", "ipalogin"),
)
