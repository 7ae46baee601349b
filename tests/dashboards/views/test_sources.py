def test_try(open_page):
    s = open_page("sources", "data_engineer")
    print(s.html[:500])
    print(s.said)
    print(s.run.get("download_button")[0].proto)
    s = open_page("how_are_we_doing", "director", "all")
    print(s.html[-1500:])
    print(s.said)
