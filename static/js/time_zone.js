// Tells the server the time zone of this browser, in which personal pages then show days and times.
"use strict";
{
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const secure = location.protocol === "https:" ? "; secure" : "";
  if (timeZone) document.cookie = `timezone=${timeZone}; path=/; samesite=lax${secure}`;
}
