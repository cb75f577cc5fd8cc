"""Sentences: where they end, on cases written for this project, and what holds for any text."""

import textwrap
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pace import pace

from corpus.lines import hard_wrapped
from corpus.sentences import sentences

# `¦` stands where one sentence ends and the next begins.
GOLD = [
    # plain
    "The ferry sank at dawn.¦ Nobody was hurt.",
    "Who paid for the bridge?¦ The council will not say!¦ Residents want an answer.",
    "The vote passed 31-12.¦ Opponents walked out.",
    "It rained.¦ It rained again.¦ Then the river rose.",
    "Prices rose in March.¦ 14 shops closed.",
    "Shares fell.¦ $40 million was wiped out by noon.",
    "The phone sold out.¦ iPhone resellers doubled their prices.",
    "Is it safe?! ¦Engineers think so.",
    "Stop!!! ¦The gates are closing.",
    # abbreviations
    "Gen. Orla Finch met Lt. Col. Ade Brandt on Monday.¦ They spoke for an hour.",
    "The Rev. Dr. Mina Castell led the service.¦ Mr. Hale sang.",
    "Sen. Rhys Okafor, R-Ohio, voted no.¦ Gov. Lind voted yes.",
    "He lives on St. Anne St. near the port.¦ She does not.",
    "The firm, Brightwater Inc., sued Dunmore Ltd. over the name.¦ Both declined to comment.",
    "Brightwater Inc. Chairman Paul Reyes resigned.¦ Nobody has replaced him.",
    "She joined Dunmore Corp.¦ The move surprised rivals.",
    "Prof. Anselm Roy et al. found no link.¦ Others did.",
    "The match, Harriers vs. Rovers, starts at noon.¦ Tickets are gone.",
    "Some metals, e.g. Copper, fell.¦ Others, i.e. Tin and zinc, rose.",
    "They sold lamps, rugs, chairs, etc.¦ The rest was burned.",
    "The storm of Sept. 9 hit first.¦ The one of Oct. 2 was worse.",
    "It opened in Feb. 2021 and closed in Nov. 2023.¦ It may reopen.",
    "See fig. 3 and pp. 12-14 of vol. 2.¦ The rest is dull.",
    "Robert Vance Jr. Day is a holiday there.¦ Schools close.",
    "The heir is Carl Munro Jr.¦ He is nine.",
    "Adm. Lee said Capt. Ruiz and Sgt. Boone were safe.¦ Pvt. Hill was not.",
    "About 3 p.c. of voters stayed home, approx. 900 people.¦ Turnout was high.",
    "The road is 5 ft. wide and 2 mi. long.¦ Cars avoid it.",
    "Mt. Varro erupted near Ft. Keel.¦ Ash fell for days.",
    # acronyms
    "The U.S. Army sent trucks.¦ The U.K. sent tents.",
    "He moved to the U.S.¦ The visa took a year.",
    "She was born in the U.S. and raised in the U.A.E. by aunts.¦ She returned.",
    "U.S. Rep. Dana Whit asked U.N. Secretary-General Ito for help.¦ None came.",
    "It is the largest port in the U.S.¦ But it is old.",
    "They met in Washington, D.C.¦ Nobody took notes.",
    "She holds a Ph.D. from Leeds and an M.B.A. from Porto.¦ He holds neither.",
    "The U.S.-led force left.¦ The E.U.'s mission stayed.",
    "A B.C. judge threw out the case.¦ Lawyers will appeal.",
    # initials
    "J. K. Marlow and T.S. Penn wrote it.¦ It flopped.",
    "John F. Tanner, the mayor, resigned.¦ His deputy, A. Cole, took over.",
    "George W. Pike ran twice.¦ He lost twice.",
    "They chose plan B.¦ It failed within a week.",
    "Oranges are full of vitamin C.¦ They also taste good.",
    "He said it was between him and I.¦ The judge frowned.",
    "The group was led by E. Voss.¦ Its rival was not.",
    # numbers
    "Growth was 2.5 percent, down from 3.75.¦ Analysts had hoped for 4.1.",
    "The budget is $1.2 billion.¦ Last year's was $.9 billion.",
    "He lives at No. 5, near No. 10 Downing Row.¦ Visitors are rare.",
    "She finished No. 2.¦ Her sister was No. 14.",
    "Asked if he would quit, he said no.¦ Seven aides quit instead.",
    "The article, No. 7 in a series, ran on p. 3.¦ No. 8 never ran.",
    "Version 2.0.1 fixes it.¦ Version 3 will not.",
    "The war began on Oct. 7.¦ Talks began a year later.",
    "She scored 9.8.¦ He scored 9.75.",
    "1. Wash the rice.\n¦2. Boil it for 12 minutes.\n¦3. Serve.",
    "The law (Art. 5 of the treaty, para. 2) is clear.¦ Courts disagree.",
    "He ran it in 3:41.6.¦ The record is 3:26.00.",
    "It costs Rs. 500, or Rs. 900 with a guide.¦ Bargain hard.",
    # times
    "The curfew starts at 5 p.m. Tuesday and ends at 6 a.m. Friday.¦ Police will patrol.",
    "Doors open at 7 p.m. ET on Channel 4.¦ It is free.",
    "The vote was at 5 p.m.¦ Lawmakers cheered.",
    "He woke at 4 a.m.¦ The house was burning.",
    "The train leaves at 9 a.m., the bus at 10 a.m. on weekdays.¦ Both are late.",
    "It closes at 11 P.M. Sundays.¦ It opens at noon.",
    # quotations
    "“We are ready,” she said.¦ “They are not.”",
    '"We are ready," she said. ¦"They are not."',
    'She said: "No. Never." ¦Then left the room.',
    "“No. Never. We will fight this to the end,” he said.",
    "“Are you coming?” he asked.¦ Nobody answered.",
    "“Are you coming?” Marlow asked.¦ Nobody answered.",
    "“Get out!” Tanner shouted.¦ The crowd ran.",
    "“The harbour is closed until further notice.¦ No ship may leave,” the captain said.",
    "“The roof is gone.”¦ Mrs. Hale wept as she spoke.",
    "He called it “a very sad day for the town.”¦ Others agreed.",
    "He called the plan “dead.”¦ Others called it “asleep”.¦ Both were wrong.",
    "‘We lost everything,’ said Bo.¦ ‘The rain didn’t stop.’¦ He sighed.",
    "The film “Stop. Look. Listen.” opened on Friday.¦ Critics yawned.",
    "Why did she say “it is over”?¦ Nobody knows.",
    "“I asked him: ‘Where is the money?’” she told the court.¦ “He smiled.”",
    "“It’s done.”—The mayor, on Monday.",
    "“The dam will hold,” he said, “for now.”¦ It did not.",
    '"The dam broke at nine." ¦"Nobody warned us."',
    "« Le port est fermé. »¦ Il a quitté la salle.",
    "„Der Hafen ist zu.“¦ Er ging.",
    "“We told them: The bridge is old.¦ Nobody listened,” said Ruiz.",
    "“Wait … what?” she asked.¦ “Why now?”",
    "“We won’t sign.”¦ The minister’s words were final.",
    "He shouted ‘Fire!’ and ran.¦ Others stayed.",
    # brackets
    "The bill failed (it got 12 votes).¦ Supporters will try again.",
    "The bill failed.¦ (It got 12 votes.)¦ Supporters will try again.",
    "The plant (est. 1931. It was rebuilt in 1950.) is closing.¦ Workers marched.",
    "She won [the race.]¦ He came second.",
    "The firm (formerly Dunmore Co.) is broke.¦ Its owner fled.",
    # ellipses
    "He paused... then he spoke.¦ The room was quiet.",
    "He waited…¦ Nobody came.",
    "She began to say ...¦ But the line went dead.",
    "The list goes on . . . and on.¦ Few read it.",
    "“I thought … maybe not,” she said.¦ She left.",
    # names
    "Yahoo! Finance reported the loss.¦ Shares fell.",
    "The Jeopardy! host smiled.¦ The contestant did not.",
    "Dr. No is a film.¦ It is old.",
    "King Henry V.¦ Then came Henry VI.",
    "It was World War II.¦ Rationing was strict.",
    # addresses
    "Visit www.example.org.¦ It lists every school.",
    "Go to https://example.org/a.b/c?d=1.2#x. ¦Then press Enter.",
    "Write to desk@example.org.¦ Letters may be cut.",
    "The file is at example.com/read.Me now.¦ It is long.",
    "The team built it in Node.js and ASP.NET.¦ It is slow.",
    "The fire was out by noon.¦The cause is not known.",
    # datelines
    "BRUSSELS, Feb. 12 (Harbour Wire) - Ministers met on Wednesday.¦ They agreed on little.",
    "LISBON (HW) — The tram is back.¦ Fares are up.",
    "WASHINGTON, D.C. — A judge ruled on Friday.¦ The state will appeal.",
    "By A. R. Cole\n¦KYIV, Ukraine (HW) — Sirens woke the city at 3 a.m. Monday.¦ No one was hurt.",
    # lines
    "Council votes on harbour\n¦The council met on Monday.¦ It voted to dredge.\n",
    "A new plan\n\n¦The plan has three parts.\n\n¦What it costs\n\n¦Nobody knows.",
    "The plan will:\n¦- raise the wall;\n¦- move the road;\n¦- close the school.\n¦It starts in May.",
    "• Fares rise by 4%\n¦• Trains run later\n¦* Buses do not change",
    "A line with Windows ends.\r\n¦And another one.\r\n\r\n¦A third.",
    "“This is one paragraph of a speech.\n¦“This is the next,” he said.",
    # footnotes
    "The wall fell in 1962.[3]¦ It was rebuilt.[4][5]¦ It fell again.",
    "The wall fell.¹²¦ It was rebuilt.*¦ It fell again.†",
    'He denied it."[2] ¦Few believed him.',
    "The **wall fell.**¦ It was *rebuilt.*¦ It fell again.",
    "Read [the report.](https://example.org/r)¦ It is short.",
    # scripts
    "港口今天关闭。¦没有船可以离开！¦为什么？¦没人知道。",
    "他说：“港口关闭了。”¦大家都走了。",
    "港は今日閉まった。¦誰も知らなかった。¦「なぜ？」と彼女は聞いた。",
    "أغلق الميناء اليوم.¦ لماذا؟¦ لا أحد يعرف.",
    "बंदरगाह आज बंद है।¦ कोई नहीं जानता क्यों।¦ सब चले गए।",
    "Порт закрыт.¦ Никто не знает почему.¦ Мэр молчит.",
    "El puerto cerró.¦ ¿Por qué?¦ ¡Nadie lo sabe!",
    "بندرگاہ بند ہے۔¦ کوئی نہیں جانتا۔",
    "ወደቡ ተዘግቷል።¦ ማንም አያውቅም።",
    "Το λιμάνι έκλεισε.¦ Κανείς δεν ξέρει.",
    # social
    "We won! 🎉 ¦Thanks to all.",
    "The mayor posted it at noon.¦ @harbourdesk replied.¦ #closed trended.",
    "Great.¦ Just great...¦ Another strike.",
    # seen to go wrong in real news, rewritten
    "It was the mayor’s.¦ Critics laughed.",
    "He says he doesn't.¦ Lions roar.",
    "She said no.¦ I said yes.",
    "That was 2019.¦ 2021 was worse.¦ Then 2023 came.",
    "The album is called I/O.¦ Gabriel wrote it.",
    "Gen. (ret.) Orla Finch spoke.¦ Nobody asked why.",
    "“You see ‘em?¦ And over there, another one,” he said.",
    "‘Is it finished?’¦ He shook his head.",
    "9:24 p.m. GOAL — Rovers are level.¦ What a night.",
    "It ran from 7 a.m. HKT to 9 a.m. NZST.¦ Few watched.",
    "OH.¦ MY.¦ WORD.",
    "He won the vote.¦ ( PHOTOS: the night in pictures )",
    "The share (up 3 per cent to 812 in 2021. It was less before) is high.¦ It grows.",
]

# Written before the splitter was and looked at once: it had 58 of these 60 right then.
KEPT_BACK = [
    "Finance Minister Jo Abara told reporters in Lagos on Tuesday that inflation had slowed to 17.2%, from "
    "18.9% in Nov.¦ The central bank meets on Jan. 24.",
    "“It’s a good day for Larkhaven,” said Mayor T. J. Ode.¦ “We have waited 40 years.”",
    "The court said Mr. Quill’s claim was “without merit.”¦ His lawyer, Ms. Tran, said they would appeal.",
    "Police found 3.2 kg of cocaine, a .38-calibre pistol and $11,400 in cash.¦ Two men were held.",
    "The U.S. Navy’s newest ship, the U.S.S. Corliss, sails on Sept. 1.¦ It cost $2.1bn.",
    "Did the minister know?¦ “I was not told,” he said.¦ “Not once!”",
    "Marlow scored in the 12th minute (his 30th of the season).¦ Rovers equalised before the break.",
    "The drug, made by Veltrix Pharma Inc., failed in a trial of 1,200 patients.¦ Shares in the Boston, "
    "Mass.-based company fell 40%.",
    "He studied at St. John’s, then at M.I.T.¦ After that he vanished.",
    "Mrs. D. Okoye, 64, of 12 Fern Rd., said: “I heard a bang.¦ I thought it was thunder.”",
    "“Is that all?” asked the judge.¦ The clerk nodded.",
    "The meeting begins at 2.30pm on Thursday.¦ Entry is free.",
    "“We can’t pay,” the head teacher, Ms. Lowe, wrote.¦ “We won’t.”",
    "Rain is due at 6 p.m.¦ Forecasters expect floods by midnight.",
    "Lt. Gov. Ann Sobel (D) and Rep. Kit Lau (R-Calif.) sponsored the bill.¦ It died in committee.",
    "Vol. 3, No. 4 of the journal is out.¦ No. 5 is late.",
    "What happened next?¦ The dam, built in 1911, burst.¦ Eight people died.",
    "The band (Live at No. 9, 1998) reunited.¦ Fans wept... and danced.",
    "Dr. Ines Karr, Ph.D., runs the lab.¦ Prof. Wu, M.D., works there too.",
    "Read more: www.larkhaven.example/news?id=3.¦ Follow us.",
    "Harriers 3, Rovers 1\n¦Att: 12,402\n¦Marlow struck twice as Harriers won.¦ Rovers stay 9th.",
    '"I said, \'Wait!\' and he ran," Boone testified.¦ "Then I heard shots."',
    "Gov. Lind called it ‘a disgrace’.¦ Others used stronger words.",
    "The E. coli outbreak has sickened 31 people.¦ Officials blame lettuce.",
    "The court (Judge R. Amos presiding) rose at 4:15 p.m. and will sit again Monday.¦ A verdict is near.",
    "“Mr. Speaker, this is wrong.¦ It is cruel.¦ And it will not work,” said Ms. Aldo.",
    "Trade between the E.U. and the U.S. rose 3% in 2022.¦ It fell in 2023.",
    "Team A won.¦ Team B lost.",
    "The suspect, 5 ft. 11 in. tall, fled.¦ Call 555-0100.",
    "Nobody said “Stop.”¦ Nobody said “Go.”¦ They just stood there.",
    "Why now?¦ Because, Lind said, “the money is gone.”",
    "He’s 6-4.¦ She’s 5-9.¦ They met at Ft. Keel H.S. in Dec. 1999.",
    "Ticker: BRT.N fell 2.1% to 14.02.¦ Rival DNM.L rose.",
    "The ruling, Dunmore v. Brightwater, was 7-2.¦ Justice A. B. Roe dissented.",
    "“Never,” he said.¦ Never?¦ “Well… hardly ever.”",
    "Ministers from the U.K., the U.S. and Japan met.¦ They ate.",
    "The committee’s report—all 312 pp. of it—was leaked.¦ It names 14 officials.",
    "He retired in 2004 as a Maj. Gen.¦ His son is a Cpl.",
    "It was the last day of Ramadan, i.e. a Friday.¦ The shops were shut.",
    "“How are you?”¦ “Fine, thanks.”¦ They shook hands.",
    "Among those killed: a baker, 51; a nurse, 34; and a child.¦ None has been named.",
    'The mayor\'s answer?¦ "No comment."',
    "Lind, who turns 70 on Aug. 3, will not run.¦ Sen. Whit might.",
    "Key points\n¦• The levy rises to 4.5%.¦ It was 3%.\n¦• It starts Jan. 1\n¦• Pensioners are exempt",
    "LARKHAVEN, Pa. (HW) — The mill closed Friday.¦ It made paper for 112 years.",
    'The caller asked, "Is this the Rev. Cole?"¦ It was.',
    "Stocks: Dow 34,112.27 +0.3%; S&P 4,401.9 -0.1%.¦ Oil fell.",
    "Mr. and Mrs. Hale moved to Ste. Anne.¦ They liked it.",
    "She said she was ‘tired, hungry and cold.’¦ He said nothing.",
    "The law passed in 1964...¦ It took effect in 1966.",
    "(Reporting by A. Cole in Kyiv; editing by M. Hale)",
    "© 2024 Harbour Wire Ltd.¦ All rights reserved.",
    "Sign up here.¦ Then check your e-mail!",
    "The party's slogan, “Forward. Together.”, was mocked.¦ It stuck.",
    "They play Sat. and Sun. at the arena.¦ Mon. is free.",
    "He was fined Rs. 2.5 lakh.¦ She was fined £300.",
    "Mayor: ‘We did our best.’¦ Critics disagree.",
    "The plane, flight No. XK-204, left at 8:05 a.m. local time.¦ It never arrived.",
    "“That,” she said, pausing, “is a lie!”¦ The chamber erupted.",
    "Ask Sgt. Pike.¦ Ask anyone.¦ It was the worst fire in Larkhaven’s history.",
]

WRAPPED = """\
The harbour board said on Tuesday that it will close the old pier for
repairs that may last until the end of next year, and that the ferry
will sail from the new quay instead. ¦Traders say they were not asked
about that. ¦The board's chairman, a retired dentist called Mr. A. R.
Cole, said he would meet them soon.

¦A second paragraph follows here, also wrapped by hand at the usual
width. ¦It asks for three things:
¦- a lower rent for the stalls that have to move, and a sign that says
  where they went;
¦- a later date;
¦- a new chairman.
"""

PIECES = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [*".!?…。？\"“”‘’'()[]«»-•*", ".”", ".)", "...", ". . .", "U.S.", "p.m.", "Mr.", "No.", "J.", "1."]
    ),
    st.sampled_from(["a.b", "Yahoo!", "said", "The", "he", "3.5", "[1]", "https://a.b/c?d=e.", "@x", "🎉", "е\u0301"]),
    st.sampled_from(["港口", "です", "한국", "كلمة", "\u202e", "\u200b", "“No.", "x" * 130]),
    st.sampled_from([" ", "  ", "\n", "\n\n", "\r\n", "\t", "\u00a0", "\u2028", "\x0c", "\x1f"]),
)
HOSTILE = st.lists(PIECES, max_size=60).map("".join)


def cut(text: str) -> list[str]:
    return [text[span.start : span.end] for span in sentences(text)]


@pytest.mark.parametrize("case", [*GOLD, *KEPT_BACK, WRAPPED])
def test_a_sentence_ends_where_a_reader_would_end_it(case: str) -> None:
    assert cut(case.replace("¦", "")) == [piece.strip() for piece in case.split("¦")]


def test_the_cases_are_many_and_different() -> None:
    assert len({*GOLD, *KEPT_BACK}) == len(GOLD) + len(KEPT_BACK) >= 200


@pytest.mark.parametrize("width", [50, 60, 72, 80, 100])
@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_wrapping_a_text_by_hand_changes_no_sentence(width: int, between: str) -> None:
    prose = [
        "The council voted on Monday to close the lido, which opened in 1934 and costs two million a year to run. "
        "Swimmers who had come to hear the debate booed, and one of them, a retired teacher, threw a wet towel.",
        "Mayor Ida Lunt said there was no money left. She offered to sell the site for a pound to anyone who would "
        "keep the water in it, an offer that the swimmers’ club is thought likely to accept before the end of May.",
    ]
    wrapped = between.join(textwrap.fill(paragraph, width) for paragraph in prose)
    assert hard_wrapped(wrapped)
    assert [" ".join(sentence.split()) for sentence in cut(wrapped)] == cut("\n".join(prose))


def test_headlines_under_each_other_stay_apart() -> None:
    lines = [
        "Council votes to close the lido after ninety years of swimming",
        "Ferry to sail from new quay while pier is mended, board says",
        "Lunt offers pool for a pound and finds that nobody wants it",
        "What the storm did to the harbour, in twelve photographs",
    ]
    assert cut("\n".join(lines)) == lines


def test_only_the_range_asked_for_counts() -> None:
    text = "Left out. The U.S. Navy came. “It stayed,” she said. Left out too."
    start, end = text.index("The"), text.index(" Left out too")
    assert [text[s.start : s.end] for s in sentences(text, start, end)] == [
        "The U.S. Navy came.",
        "“It stayed,” she said.",
    ]


@pytest.mark.parametrize("nothing", ["", " ", "\n\n\t \u2028"])
def test_a_text_of_white_space_has_no_sentences(nothing: str) -> None:
    assert sentences(nothing) == sentences(nothing, wrapped=True) == []


@given(HOSTILE, st.integers(0, 80), st.integers(0, 400), st.sampled_from([None, True, False]))
@settings(max_examples=500, deadline=None)
def test_spans_are_ordered_and_bare_and_hold_every_character_but_white_space(
    text: str, start: int, length: int, wrapped: bool | None
) -> None:
    start = min(start, len(text))
    end = min(start + length, len(text))
    spans = sentences(text, start, end, wrapped=wrapped)
    here = start
    for span in spans:
        assert here <= span.start < span.end <= end
        assert not text[here : span.start].strip()
        quote = text[span.start : span.end]
        assert quote == quote.strip()
        here = span.end
    assert not text[here:end].strip()


@given(HOSTILE, HOSTILE)
@settings(max_examples=200, deadline=None)
def test_what_lies_outside_the_range_plays_no_part(before: str, text: str) -> None:
    inside = sentences(before + text, len(before))
    assert [(s.start - len(before), s.end - len(before)) for s in inside] == [(s.start, s.end) for s in sentences(text)]


@pytest.mark.parametrize(
    "part",
    ["a", ".", '"', "“", "\n", " ", "(", "A", ". ", '." ', "A. ", "a\n", ".\n", "(a. ", "“a. ", "。", ".[1]", "🎉"],
)
def test_a_megabyte_of_nonsense_takes_no_longer_than_a_megabyte_of_news(part: str) -> None:
    text = (part * 1_000_000)[:1_000_000]
    began = time.process_time()
    sentences(text)
    assert time.process_time() - began < 5 * pace()
