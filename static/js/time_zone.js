// Sends the browser's time zone to the server in a cookie. Personal pages show dates and times in it.
"use strict";
{
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const secure = location.protocol === "https:" ? "; secure" : "";
  if (timeZone) document.cookie = `timezone=${timeZone}; path=/; samesite=lax${secure}`;
}
