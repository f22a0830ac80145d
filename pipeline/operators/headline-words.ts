/**
 * Words of short headlines on companies and markets, by language in Latin letters: with the small words they vote for a language,
 * and their letters make the profile by which words that no list holds are judged.
 */
export const HEADLINE_WORDS: Readonly<Record<string, string>> = {
  en: `deliveries delivery beat beats miss misses tops top estimates guidance outlook forecast forecasts warns warning
    recall recalls trucks strike strikes drug trial fails failed names named chairman chief quits surges surge jumps jump
    drops drop slides slide tumbles tumble plunges plunge soars soar climbs climb gains gain loses loss losses widen widens
    narrow narrows halts halt hikes hike dividend dividends hits hit record high low robots catch fire wins win order orders
    settles lawsuit lawsuits delays delay expands expand holds hold steady rates coal output streaming subscribers sale sales
    completed trims trim unveils unveil launches launch plans plan posts post reports reveals announces approves approval
    rejects reject merger acquisition takeover bid buyback stake shareholders shareholder investors investor investment
    trading trade traders trader bullish bearish bulls bears rally rallies rebound rebounds sinks sink crash crashes
    bankruptcy files filing fraud probe investigation regulator regulators fine fined fines court judge ruling sues sued
    jobs job layoffs cuts cutting workers staff hiring hires unit business company companies group holdings firm firms
    customers customer demand supply chain prices pricing cost costs inflation interest debt bond bonds loan loans credit
    cash flow revenue revenues income margin margins growth slows slow weak strong stronger weaker better worse higher lower
    first second third fourth half week weekly month monthly annual today tomorrow yesterday morning afternoon overnight
    news update updates watch alert breaking live video says said talks talk deal deals agreement partnership joint venture
    new old big small large great good bad best worst next last early late open opens close closes closing ahead following
    upgrade upgrades upgraded downgrade downgrades downgraded rating ratings target initiates coverage analyst analysts
    buying selling sold bought short squeeze long call option options position support resistance breakout chart pattern
    volume float moving average looks looking like love hate think know want need make makes made take takes took keep keeps
    red green black white energy power solar wind gas fuel crude steel copper gold silver mining mine miner plant factory
    store stores retail retailer online cloud chip chips software maker makers car cars vehicle vehicles electric battery
    plane planes flight flights airline airlines hotel food drink tobacco health care medical vaccine patent license phone
    phones mobile network internet search social media game games movie film bank banks banking insurance insurer lender
    fund funds manager wealth asset assets value worth index futures currency dollar sterling government minister budget
    tax taxes tariff tariffs sanctions war peace election vote law rules policy central house senate president state states
    united world global china chinese european american british indian japanese german french people public private equity
    should could would might must still again never ever even every each both few many much most less least only own same
    back down away around across without within until since because though although yet whether where when why how
    adds add sees see eyes seeks seek faces face raises raise lifts lift boosts boost cutting shuts shut sells spins spin
    appoints resigns retires steps names taps picks pick backs back defends denies confirms considers weighs nears reaches
    agrees signs secures lands scores beats nice lol wow yes please thanks thank right left money pay paid payout bonus
    share shares program repurchase suspends shr cts vs net qtr mln dlrs stg inc corp ltd plc co rd prev est actual previous cpi ppi gdp
    yoy qoq industrial production committee science technology using too
    organize organizes recognize modernize criticize stabilize outlines overlooks overtakes overhauls understands undergoes
    outpaces unwinds unlocks reshapes rethinks rewrites brings builds breaks brightens broadens thickens strengthens
    worsens toughens teachers drivers readers writers leaders managers engineers builders lawyers doctors farmers
    rise rises rising rose fall falls falling fell slump slumps slumped slip slips slipped dip dips dipped ease eases eased dive
    dives dived jumped climbed plunged dropped gained missed cleared blocked scrapped shelved halved doubles doubled triples
    tripled halves profit profits earnings bags bag bagged probed probes charged hit sinking soaring slows slowed shrinks shrank
    rallied recovers recovered swings swung posted booked raised lowered lifted trimmed widened narrowed beaten stalls stalled
    scientists economists activists specialists happiness business weakness softness ownership leadership friendship
    statement settlement shipment equipment agreement movement investments payments thing things nothing everything thought
    brought caught bought taught tough rough enough though height weight freight bright straight frightened knowledge
    knows knock write wrong wraps wrapped which whose while whole wheat wheels shows shown shareholding shipping shops
    shaking shocked sharply shift shifts thrives threatens throws thinks thanks throughout streams streets strategy
    streamlined screens scraps scrutiny squeezed speech speeds spending spreads sprint looms booms doubts moods roots
    troops schools cheap cheaper clean cleaner cheers checks chooses churches faces facing freezes eases easing leases
    leaked leaving heating heavier healthy wealthy yearly early nearly clearly hardly largely mostly widely badly gladly
    quietly quickly slowly rapidly steadily politely family monthly hourly supplies applies replies copies cities parties`,
  de: `senkt senken hebt heben prognose ausblick streicht stellen kurssturz zerschlagung fliegt rekordgewinn meldet insolvenz
    autobauer drosseln produktion übertrifft erwartungen gewinneinbruch erhöht dividende anleger fliehen schreibt rote zahlen
    werke entlassen entlässt mitarbeiter strompreise klettern weiter chefwechsel bricht ein verkauft kauft übernahme verlust
    verluste umsatzplus quartalszahlen absatz rückgang wächst schwächelt warnt gewinnwarnung aufsichtsrat vorstand chef geht
    tritt zurück klage bußgeld kartellamt baut werk schließt öffnet verschiebt plant stoppt startet rückruf ruft zurück streik
    zinsen anleihe kredit schulden preise kosten steigen fallen stark schwach erneut wieder kaum doch noch leicht deutsche`,
  fr: `relève relèvent objectifs ferme fermer usine usines perte pertes record gagne parts cherche repreneur ventes chutent
    augmente augmentent dividende grève chez livre moins avions supprime postes repli double profits titre effondre rachète
    concurrent nouvelle amende abaisse prévisions vend cède filiale emplois licencie bourse résultat résultats trimestre
    chiffre affaires croissance ralentit accélère prix pétrole taux dette emprunt enquête patron quitte démissionne nomme
    actionnaires accord rachat fusion offre commande contrat remporte suspend reporte lance rappelle véhicules bénéfices
    recul progression forte faible légère toujours encore malgré deux trois premier baisse bondissent investit milliard`,
  es: `gana ganan menos recorta recortan dividendo dispara beneficio beneficios vende venden otoño caída histórica logra contrato
    millonario dimite presidente invierte inversión eólica frena producción huelga planta abre tiendas eleva previsiones
    pierde clientes despide empleados precios petróleo fuerte rebote aplaza pagos compra cierra cierran oferta multa
    pérdidas resultados crecimiento deuda bonos tipos interés gobierno ministro trimestre reduce aumenta mejora empeora lanza
    nombra nuevo nueva consejero delegado accionistas fusión acuerdo retira coches fábrica empleos hunde desploma rebaja
    avanza retrocede mínimo máximo récord semana hoy crisis alza baja negocio filial demanda sanción gastos ingresos`,
  it: `taglia tagliano stime chiude chiudono calo ferma impianti alza cedola perdite conferma obiettivi vende attività vince
    maxi commessa indagine rinvia bilancio batte attese crescono cresce ricavi assume giovani chiede prestito aumenta prezzi
    accordo sindacati piazza affari perde guadagna vola balza tonfo debole forte utili trimestre semestre vendite acquista
    compra cede quota fusione offerta multa sciopero stabilimento licenzia esuberi dimette amministratore delegato soci
    debito tassi governo ministro petrolio benzina borse europee apre positivo negativo dividendo nuovo nuova piano industriale`,
  pt: `reduz preço preços gasolina suspende operações pede recuperação judicial supera previsões encomenda recorde prejuízo
    dispara aumenta dividendo greve paralisa fábrica lucra menos dólar fecha fecham ações despencam ganha clientes demite
    funcionários combustíveis sobem barragens adia balanço vende compra perde receita receitas lucros dívida juros governo
    ministro trimestre acordo fusão oferta multa investe investimento contrato petróleo queda crescimento demissões nova novo
    presidente renuncia acionistas bancos carros energia corta eleva anuncia melhora piora forte fraca mínima máxima semana`,
  nl: `schrapt duizenden banen verhoogt verlaagt omzetprognose winstverwachting opent distributiecentrum lijdt fors verlies
    topman vertrekt plotseling beleggers dumpen verkoopt theemerken keert dividend uit sluit kantoren koersval verwacht hogere
    lagere kosten ontslaat personeel beurzen openen lager hoger winst omzet koers kelderen stijgen dalen overname bod koopt
    boete onderzoek toezichthouder staking fabriek bedrijf klanten prijzen rente schuld kwartaal cijfers groei krimp nieuwe
    topvrouw bestuur waarschuwt stopt start bouwt levert tekort sterk zwak opnieuw verder flink minder daling stijging`,
  pl: `tnie koszty zwalnia zwalniają pracowników rekordowe zyski prezes odwołany przesuwa premierę inwestorzy uciekają spadki
    giełdzie warszawie obniża prognozy zysku drożeją wstrzymuje wydobycie zapłaci karę ceny prądu wzrosną złoty mocno traci
    otwiera sklepy zamyka kupuje sprzedaje przejmuje wyniki strata straty przychody umowa dywidenda dywidendę wypłaci rośnie
    rosną spada spadają podwyżki stopy inflacja kredyty nowy nowa fabryka strajk kara śledztwo zarząd rada umowę zamówienie
    produkcję rynek paliwa gazu węgla ropa tanieje podnosi ogłasza rezygnuje mld proc`,
  tr: `karını kârını ikiye katladı yatırım planını açıkladı güne düşüşle yükselişle başladı fabrika kapatıyor faizi faiz sabit
    tuttu rekor kırdı artırdı dolar enflasyon beklentileri aştı üretime ara verdi hisse satıyor petrol fiyatları fiyat
    geriledi zarar etti satın aldı ortaklık anlaşma imzaladı temettü dağıtacak ihracat ihracatı ithalat merkez bankası
    yöneticisi istifa ceza soruşturma büyüdü küçüldü yükseliş düşüş kapattı açtı yeni genel müdür işçi grev borç kredi
    altın euro lira değer kaybetti kazandı güçlü zayıf çeyrek bilanço geliri artış`,
  id: `melonjak melemah menguat lagi tambah pesawat baru pangkas karyawan bursa ditutup dibuka batalkan rencana bagikan dividen
    harga emas tajam anjlok tutup kantor catat kenaikan penjualan penurunan asing jual beli saham rupiah pabrik utang kredit
    pinjaman akuisisi investasi pendapatan kerugian rugi untung kuartal semester tahunan direktur mundur denda gugatan minyak
    batu bara listrik pemerintah menteri ekspor impor pasar ekonomi tumbuh merosot meningkat targetkan luncurkan gandeng`,
  vi: `bán cổ phần giá xăng mạnh lãi kỷ lục chứng khoán lao dốc hạ suất báo lỗ nặng lợi nhuận thép sàn vàng lập đỉnh mua lại
    chuỗi lẻ doanh thu quý đầu tư nhà máy xuất khẩu nợ trái phiếu phạt chủ tịch từ nhiệm kế hoạch cổ tức dự án điện dầu`,
  sv: `höjer sänker utdelningen varslar tusentals vinstvarning börsen rasar bred front stänger butiker överraskar positivt sparkar
    chefen priserna räntan kraftig kraftigt nedgång uppgång får order miljardorder anställda ökar minskar köper säljer förlust
    vinsten omsättning resultat resultatet kvartal rapport rapporterar bud fabrik fabriken strejk böter utredning ledning
    avgår ny nya vd kostnader skuld lån styrelse aktier faller stiger svag svagt stark starkt lyfter sjunker tappar vinner
    återkallar bilar stål försäljning tillväxt`,
  da: `og af til ikke med på efter fra ved mod over mere mindre opjusterer nedjusterer igen fyrer medarbejdere aktierne aktie
    styrtdykker taber ordre indgår forlig underskud overskud hos sænker hæver forventningerne stort direktøren aktiekursen
    falder kraftigt boligpriserne stiger købet køber sælger salg salget regnskab resultat kvartal udbytte milliarder kroner
    lukker åbner fabrik virksomhed bøde undersøgelse renten nye ny topchef forlader strejke vækst tilbagegang priser`,
  no: `og av til ikke med på etter fra ved mot mer mindre øker utbyttet selger virksomhet oljeprisen stuper kutter ruter
    hovedindeksen varsler svakere sterkere resultat hever legger ned fabrikk aksjen aksjene aksjer faller kraftig taper kunder
    kostnader strømprisene kjøper overskudd underskudd kvartal milliarder kroner børsen børs styret sjef slutter går renten
    nye ny anlegg kontrakt streik bot granskning vekst fall nedgang oppgang inntekter omsetning lønn ansatte sier opp`,
  fi: `ja on ei se että kun mutta myös vuoden yhtiö yhtiön pankki pankin antoi tulosvaroituksen lomauttaa henkilöstöä osakkeet
    osake laskivat laski nousivat nousi jyrkästi voitti ison tilauksen myy myi liiketoimintansa sulkee tehtaan nosti laskee
    ohjauskorkoa avaa uuden myymälän pörssi selvästi irtisanoo työntekijöitä öljyn hinta hinnat sai tilaus osti ostaa
    liikevaihto tulos tulosta tappio voitto voittoa osinko osinkoa kasvoi kasvu heikko vahva toimitusjohtaja eroaa korot
    miljoonaa miljardia euroa tehdas lakko sakko kauppa myynti uusi markkinat ennuste ennustetta`,
  cs: `a v na se je že z do po za od pro při jako už není byl zisk zvýšil zvýšila propouští zaměstnance koruna oslabila posílila
    vůči euru akcie banky banka klesly klesla stouply výrobce zbraní vstoupil burzu burza zdražování energií pokračuje prudce
    tržby inflace opět zrychlila zpomalila zvyšuje snižuje sazby vyplatí dividendu továrna zastavila výrobu ztráta ztrátu
    koupí prodá kupuje prodává ceny růst pokles cena miliard milionů korun firma firmy společnost nový nová ředitel končí
    pokuta stávka elektřiny plynu ropa vydělala hlásí čeká roste klesá letos`,
  hu: `a az és hogy nem is egy volt lesz osztalékot fizet zuhant zuhan forint megugrott nyeresége leállt termelés emelkedtek
    emelkedett részvények részvény új vezérigazgató nőtt csökkent profitja emelte árakat ára gyengült erősödött csődbe ment
    lánc gyárat gyár épít esett tőzsde bank millió milliárd euró bevétele bevétel veszteség veszteséges eladja megveszi
    felvásárolja bírság vizsgálat sztrájk kamat kamatot infláció adósság hitel vállalat cég üzlet drágul olcsóbb rekord
    évben hétfőn után miatt szerint tovább ismét`,
  ro: `și în la de pe cu din nu o un a au este sunt pentru după mai profitul profit crescut scăzut crește cresc scade scad banca
    cumpără vinde rival bursa închide deschide minus plus scumpiri noi gaze gazelor oprește producția acțiunile acțiuni leul
    depreciază apreciază raportează pierderi pierdere prețul prețurile multe mașini compania companiei concediază angajați
    milioane miliarde lei euro dividende venituri cifra afaceri fabrica fabrică amendă anchetă grevă director demisionează
    dobânzi dobânda inflația datorii credit investiții investește piața românia anunță nou nouă trimestrul`,
};
