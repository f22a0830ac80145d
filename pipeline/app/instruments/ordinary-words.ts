/** Ordinary words, first names and places that companies are called by; words of our own choosing. */
export const ORDINARY_WORDS: ReadonlySet<string> = new Set(
  `access accent active advance agile alert allied alpha amber anchor angel apex apollo apple arch archer arrow ascent aspire
  asset atlas atom aurora autumn avenue axis bank base beacon bear best beta big bill black block blue bond border boss box
  brand bridge bright brook bull butterfly cable can capital cardinal care carnival cash cat catalyst cedar celebrity
  central century champion change charter chase choice circle city clarity clear clever cloud club coach coast colt
  comfort command compass concord condor confidence conquest consolidated core corona corporation country court cove
  credo crescent crest crisis crown crystal current dart dash data dawn deal delta digital direct discover dish dominion
  dragon dream eagle earth east echo edge elan electric elevate elite emerald emerging emperor empire endeavour energy
  enigma ensign enterprise entropy envoy epic equinox equity era escort escorts essence essential eternal everest evolution
  excel express eye fair falcon family fast federal fidelity first fit flex focus force forest fortune forward foundation
  fox frontier fusion future galaxy gap garden gas gateway gem general genesis global globe gold good grace grand granite
  graphite gravity green grid growth guardian harbour harmony hatch haven heritage hero high home honest horizon hotel house
  icon idea image impact imperial independent india indigo infinity insight integral intelligence international invest iris
  island jewel journal joy junior jupiter justice key keystone king kite lab landmark legacy legend liberty life light lion
  live local lotus low loyal luck lunar magnet magnum main major manor maple marathon mark market mars masters match matrix
  max meridian metal meta metro midland mission mobile modern moon mountain nation national natural nature navigator neo
  network new nexus noble nomad north nova now oak oasis ocean office oil one onward opal open optimum option oracle orange
  orbit orchid orient origin orion oxygen pacific page palm panorama paradise paragon paramount park partner path pattern
  peak pearl peninsula people phoenix pilot pine pinnacle pioneer planet plus polaris port power premier prestige pride
  prime prince principal prism pro profit progress progressive prologue promise prospect prosperity provident public pulse
  pure quest quick rain rally range rapid ray ready real red regal regent reliable reliance republic republican resolute
  result revolution ridge rise river rock rocket rose royal ruby safari safe sage salem salt sapphire satellite saturn
  savage savings sea seal secure select semper senior sentinel shell shield signal signature silver sky smart snap solar
  solid sonata source south sovereign spark spectrum speed spirit sport spring sprout square stanley staple star state
  stellar sterling stone storm strategic stratus stride strides style summit sun super support surge swift symphony synergy
  target tata team tech tempest tide tiger tin tips titan today top torch total touch tower town trade tradition transcend
  transform travel treasury tree trend triad trident trinity triton triumph trust turbo twin ultra unicorn union unique
  united unity universal universe upstart urban value vantage vector velocity vent venture venus vertex victor victory view
  village vine virtue vision vista vital vivid volt voltage voyager vulcan wave way wealth web well west white wide wind wing
  winner wish wolf women wonder world wynn yield york young zenith zero zest zip zone indian
  jay jai jet spice eros ester everyday fact facts hind lic mic nse orbis page
  pci sail sun tin tv vip welcome mcx bse deepak arvind anil mukesh ravi raj ram shyam mohan gopal krishna lakshmi shankar ganesh vijay ajay sanjay rajesh suresh ramesh kumar singh sharma gupta mehta shah patel jain agarwal nath prakash exchange exchanges stock india of and the development finance services cbi micro renewable all any are ask bad be buy car care cost cut did do dog down eat end fan far few for free from fun get go hard has help hit hope hot how job keep kid know lead left less list live lose love man max men mid mind more most move much must near need net next nice no not off old on once only open or our out own pay play post push put rate raw read rest rich risk roll run safe sale say see sell send set she show side sign site six so some soon stay step still stop such sure swap take talk tell ten than that them then they thin this three time too top try turn two up us use very wait walk want war was watch we week were what when who why will wise with work yes you your`.split(
    /\s+/,
  ),
);
