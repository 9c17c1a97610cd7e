"""The page weight of a first visit."""

KILOBYTE = 1000


def test_the_first_visit_costs_at_most_45_kb_in_6_requests_all_of_them_ours(page, server):
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    asked, received = [], []
    devtools.on("Network.requestWillBeSent", lambda event: asked.append(event["request"]["url"]))
    devtools.on("Network.loadingFinished", lambda event: received.append(event))

    page.goto("/", wait_until="networkidle")

    assert [url for url in asked if not url.startswith(server.url)] == []
    assert len(asked) <= 6
    assert len(received) == len(asked)
    # Bytes on the wire: compressed, and with headers.
    assert sum(event["encodedDataLength"] for event in received) <= 45 * KILOBYTE


def test_a_second_page_fetches_nothing_again(page):
    resources = "performance.getEntriesByType('resource')"
    page.goto("/", wait_until="networkidle")
    had = set(page.evaluate(f"{resources}.map(entry => entry.name)"))
    page.goto("/splits/6-2-2-0-0/", wait_until="networkidle")
    fetched = page.evaluate(
        f"{resources}.filter(entry => entry.transferSize > 0).map(entry => entry.name)"
    )
    assert had
    assert had.isdisjoint(fetched)
